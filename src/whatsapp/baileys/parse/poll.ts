import type { proto } from '@whiskeysockets/baileys'
import type { Content } from '../../../bridge/event.ts'
import { oneLine } from './context.ts'
import { named } from './labels.ts'

type Poll = NonNullable<proto.IMessage['pollCreationMessage']>

/** `PollType`: a quiz has a right answer. */
const QUIZ = 1

export const readPoll = (poll: Poll): Content => {
  const options = optionsOf(poll)
  if (options.length === 0) return { kind: 'placeholder', label: named('Poll', poll.name) }
  return {
    kind: 'poll',
    question: poll.name?.trim() || 'Poll',
    options: options.map(oneLine),
    choices: Math.min(poll.selectableOptionsCount ?? 0, options.length),
    ...(poll.pollType === QUIZ && { quiz: true }),
  }
}

/** The options of a message that is a poll, as votes name them. */
export const pollOptions = (message: proto.IMessage): string[] => {
  const poll =
    message.pollCreationMessage ??
    message.pollCreationMessageV2 ??
    message.pollCreationMessageV3 ??
    message.pollCreationMessageV5
  return poll == null ? [] : optionsOf(poll)
}

const optionsOf = ({ options }: Poll): string[] => (options ?? []).map(({ optionName }) => optionName ?? '')
