import type { StoredMessage } from '../../store/index.ts'
import { type Content, isOver, type PollContent, parseContent } from '../content.ts'
import type { ChangeOf } from '../event.ts'

/** The poll that a stored message is, as it stands. */
const pollIn = ({ content: json }: StoredMessage): PollContent | undefined => {
  const content = json === undefined ? undefined : parseContent(json)
  return content?.kind === 'poll' ? content : undefined
}

/** Whether everybody may add options to a poll, not its author alone. */
export const isOpen = (message: StoredMessage): boolean => pollIn(message)?.open === true

/**
 * What an edited message is then. Of a poll the question alone can be edited; votes and everything else stay. Undefined when
 * it has ended: phones take no notice of that any more.
 */
export const editedContent = (
  { content, sentAt }: ChangeOf<'edit'>,
  message: StoredMessage,
): Content | undefined => {
  const poll = content.kind === 'poll' ? pollIn(message) : undefined
  if (content.kind !== 'poll' || poll === undefined) return content
  return isOver(poll, sentAt) ? undefined : { ...poll, question: content.question }
}

/** A poll with one more option, behind the others: votes name options by their position. Undefined when it has ended. */
export const withOption = (
  { option, sentAt }: ChangeOf<'option'>,
  message: StoredMessage,
): PollContent | undefined => {
  const poll = pollIn(message)
  if (poll === undefined || isOver(poll, sentAt)) return undefined
  return { ...poll, options: [...poll.options, option] }
}
