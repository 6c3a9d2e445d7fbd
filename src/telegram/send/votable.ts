import {
  type AppointmentContent,
  appointmentAnswers,
  mapLink,
  type PollContent,
} from '../../bridge/content.ts'
import type { Vote } from '../../bridge/network.ts'
import { oneLine, plainText, type RichText } from '../../bridge/rich-text.ts'
import { joinRich } from '../entities.ts'
import { renderSpan, renderTime } from '../time.ts'
import { encodeVote } from '../vote-button.ts'
import { isWebAddress } from './card.ts'
import { clip, listNames, shortName, styled } from './line.ts'
import type { Markup } from './part.ts'

export interface Shown {
  readonly words: RichText
  readonly markup?: Markup
}

/** Characters of a question and of an option; buttons. Longer ones are no phone's. */
const longest = { question: 1000, option: 300, label: 48 } as const
const mostOptions = 90

/** With these words a poll or appointment begins, however its votes stand. */
export const votableForm = /^(📊|📅|🚫) /u

interface Votes {
  readonly votes: readonly Vote[]
  /** Nobody may vote any more. */
  readonly isOver: boolean
}

/** A poll or an appointment as it stands now, with a button for each option as long as one may vote. */
export const renderVotable = (content: PollContent | AppointmentContent, state: Votes): Shown =>
  content.kind === 'poll' ? renderPoll(content, state) : renderAppointment(content, state.votes)

const renderPoll = (poll: PollContent, { votes, isOver }: Votes): Shown => {
  const { anonymous = false } = poll
  const options = poll.options.slice(0, mostOptions)
  const lines = options.map((option, index) => {
    const chosen = votes.filter(vote => vote.choice.includes(index))
    const mark = chosen.length > 0 ? '▪️' : '▫️'
    return tallyLine(mark, clip(oneLine(option), longest.option), { votes: chosen, anonymous })
  })
  const left = poll.options.length - options.length
  return {
    words: joinRich(
      title('📊', poll.question),
      ...lines,
      plainText(left > 0 ? `\n… and ${left} more options` : ''),
      plainText('\n'),
      styled(hints(poll, { votes, isOver }).join(' · '), 'italic'),
    ),
    ...(options.length > 0 &&
      !isOver && {
        markup: { inline_keyboard: options.map((option, index) => [optionButton(option, index, votes)]) },
      }),
  }
}

const hints = (
  { choices, options, quiz, endsAt, anonymous }: PollContent,
  { votes, isOver }: Votes,
): string[] => {
  const voters = votes.filter(({ choice }) => choice.length > 0).length
  return [
    ...(quiz ? ['Quiz'] : []),
    choices === 1
      ? 'Choose one'
      : choices > 1 && choices < options.length
        ? `Choose up to ${choices}`
        : 'Choose any number',
    ...(anonymous ? ['Names hidden'] : []),
    ...(endsAt === undefined ? [] : [`${isOver ? 'Ended' : 'Ends'} ${renderTime(endsAt)}`]),
    ...(voters > 0 ? [`${voters} voted`] : []),
  ]
}

const marks = ['✅', '❔', '❌'] as const

const renderAppointment = (date: AppointmentContent, votes: readonly Vote[]): Shown => {
  const { description, place, link, cancelled } = date
  const answers = appointmentAnswers.map((answer, index) =>
    tallyLine(marks[index] ?? '▫️', answer, {
      votes: votes.filter(vote => vote.choice.includes(index)),
      anonymous: false,
    }),
  )
  const line = (text: string): RichText => plainText(`\n${text}`)
  const words = joinRich(
    cancelled ? title('🚫', `Cancelled: ${date.title}`) : title('📅', date.title),
    ...(description && description.text !== '' ? [plainText('\n'), description] : []),
    ...(date.start === undefined ? [] : [line(`🕒 ${renderSpan(date.start, date.end)}`)]),
    ...(place || date.latitude !== undefined ? [plainText('\n'), renderPlace(date)] : []),
    ...(link ? [line(`🔗 ${oneLine(link)}`)] : []),
    ...answers,
  )
  const buttons = appointmentAnswers.map((answer, index) => optionButton(answer, index, votes))
  const join = link !== undefined && isWebAddress(link) ? [[{ text: 'Join', url: link }]] : []
  return cancelled ? { words } : { words, markup: { inline_keyboard: [buttons, ...join] } }
}

const title = (mark: string, text: string): RichText =>
  joinRich(plainText(`${mark} `), styled(clip(oneLine(text), longest.question), 'bold'))

/** `▪️ Pizza · 2 · Bob, You`, on a line of its own; of an anonymous poll without the names. */
const tallyLine = (
  mark: string,
  text: string,
  { votes, anonymous }: { votes: readonly Vote[]; anonymous: boolean },
): RichText => {
  const count = votes.reduce((sum, { guests = 0 }) => sum + 1 + guests, 0)
  const names = votes.map(({ name, guests = 0 }) => shortName(name) + (guests > 0 ? ` +${guests}` : ''))
  const who = anonymous ? '' : ` · ${listNames(names)}`
  return plainText(`\n${mark} ${text}${count > 0 ? ` · ${count}${who}` : ''}`)
}

const optionButton = (option: string, index: number, votes: readonly Vote[]) => {
  const mine = votes.some(({ me, choice }) => me && choice.includes(index))
  const text = clip(oneLine(option), longest.label) || String(index + 1)
  return { text: mine ? `✓ ${text}` : text, callback_data: encodeVote(index) }
}

const renderPlace = ({ place, latitude, longitude }: AppointmentContent): RichText => {
  const text = `📍 ${oneLine(place ?? '') || `${latitude}, ${longitude}`}`
  if (latitude === undefined || longitude === undefined) return plainText(text)
  const url = mapLink({ latitude, longitude })
  return { text, spans: [{ start: 3, length: text.length - 3, style: 'link', url }] }
}
