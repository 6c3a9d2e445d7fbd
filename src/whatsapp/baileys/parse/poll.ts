import type { proto } from '@whiskeysockets/baileys'
import type { Content } from '../../../bridge/event.ts'
import { oneLine } from '../../../bridge/rich-text.ts'
import { LATEST } from './context.ts'
import { named } from './labels.ts'
import type { NewerPoll } from './newer-fields.ts'

/** A poll as phones make it. */
export type Poll = proto.Message.IPollCreationMessage & Omit<NewerPoll, 'bytes' | 'isUnknown'>

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
    ...(poll.hideParticipantName && { anonymous: true }),
    ...(poll.allowAddOption && { open: true }),
  }
}

/** From here on a number counts milliseconds, not seconds: in seconds it is the year 5138. */
const MILLISECONDS = 1e11

const endOf = ({ endTime = 0 }: Poll): number | undefined => {
  const end = endTime < MILLISECONDS ? endTime * 1000 : endTime
  return end > 0 && end <= LATEST ? end : undefined
}

/** The fields that a poll may be in, as Baileys knows them. */
const FIELDS = [
  'pollCreationMessage',
  'pollCreationMessageV2',
  'pollCreationMessageV3',
  'pollCreationMessageV5',
] as const satisfies readonly (keyof proto.IMessage)[]

/** The poll that a message is. */
export const pollOf = (message: proto.IMessage): Poll | undefined => {
  const field = FIELDS.find(name => message[name] != null)
  return (field && message[field]) ?? undefined
}

/** The options of a message that is a poll, as votes name them. */
export const pollOptions = (message: proto.IMessage): string[] => {
  const poll = pollOf(message)
  return poll === undefined ? [] : optionsOf(poll)
}

const optionsOf = ({ options }: Poll): string[] => (options ?? []).map(({ optionName }) => optionName ?? '')

/** A message that is a poll, with something else in it. */
export const withPoll = (message: proto.IMessage, change: Poll): proto.IMessage => {
  const field = FIELDS.find(name => message[name] != null)
  return field === undefined ? message : { ...message, [field]: { ...message[field], ...change } }
}
