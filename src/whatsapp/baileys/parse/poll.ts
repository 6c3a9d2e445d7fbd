import type { proto } from '@whiskeysockets/baileys'
import type { Content } from '../../../bridge/event.ts'
import { oneLine } from '../../../bridge/rich-text.ts'
import { named } from './labels.ts'
import type { Poll } from './newer-fields.ts'

/** `PollType`: a quiz has a right answer. */
const QUIZ = 1

export const readPoll = (poll: Poll): Content => {
  const options = optionsOf(poll)
  const endsAt = endOf(poll)
  if (options.length === 0) return { kind: 'placeholder', label: named('Poll', poll.name) }
  return {
    kind: 'poll',
    question: poll.name?.trim() || 'Poll',
    options: options.map(oneLine),
    choices: Math.min(poll.selectableOptionsCount ?? 0, options.length),
    ...(poll.pollType === QUIZ && { quiz: true }),
    ...(endsAt !== undefined && { endsAt }),
  }
}

/** Later than this is no time but a mistake, milliseconds since 1970. */
const LATEST = 8.64e15
/** From here on a number counts milliseconds, not seconds: in seconds it is the year 5138. */
const MILLISECONDS = 1e11

const endOf = ({ endTime = 0 }: Poll): number | undefined => {
  const end = endTime < MILLISECONDS ? endTime * 1000 : endTime
  return end > 0 && end <= LATEST ? end : undefined
}

/** The poll that a message is. */
export const pollOf = (message: proto.IMessage): Poll | undefined =>
  message.pollCreationMessage ??
  message.pollCreationMessageV2 ??
  message.pollCreationMessageV3 ??
  message.pollCreationMessageV5 ??
  undefined

/** The options of a message that is a poll, as votes name them. */
export const pollOptions = (message: proto.IMessage): string[] => {
  const poll = pollOf(message)
  return poll === undefined ? [] : optionsOf(poll)
}

const optionsOf = ({ options }: Poll): string[] => (options ?? []).map(({ optionName }) => optionName ?? '')
