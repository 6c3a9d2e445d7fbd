import type { Message, Update } from 'grammy/types'
import type { Marks } from '../marks.ts'

/**
 * An update about a message in a group that is known to be a supergroup by now, come late: under an id below zero, since in the
 * supergroup its own is that of another message.
 */
export const inFormer = (update: Update, marks: Pick<Marks, 'current'>): Update => {
  const { message, edited_message: edited, message_reaction: reaction, callback_query: query } = update
  const chat = (message ?? edited ?? reaction ?? query?.message)?.chat
  if (chat?.type !== 'group' || marks.current(chat.id) === chat.id) return update
  return {
    ...update,
    ...(message && { message: renumbered(message) }),
    ...(edited && { edited_message: renumbered(edited) }),
    ...(reaction && { message_reaction: { ...reaction, message_id: -reaction.message_id } }),
    ...(query?.message && { callback_query: { ...query, message: renumbered(query.message) } }),
  }
}

const renumbered = <M extends Pick<Message, 'message_id'>>(message: M): M => {
  const { reply_to_message: answered, pinned_message: pinned }: Partial<Message> = message
  return {
    ...message,
    message_id: -message.message_id,
    ...(answered && { reply_to_message: { ...answered, message_id: -answered.message_id } }),
    ...(pinned && { pinned_message: { ...pinned, message_id: -pinned.message_id } }),
  }
}
