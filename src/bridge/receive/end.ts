import type { StoredMessage } from '../../store/index.ts'
import { chatRef, networkOf } from '../chat-ref.ts'
import type { NoticeTools } from '../deliver/notice.ts'
import type { ChangeEvent } from '../event.ts'
import { placeOfOwn, placeOfReceived } from './went-to.ts'

/** What nobody does, and happens all the same. */
export type End =
  | { readonly kind: 'deletion'; readonly by: 'time' }
  | { readonly kind: 'pin'; readonly pinned: false }
  /** Nobody's vote: the tally is shown anew. */
  | { readonly kind: 'vote'; readonly choice: number[] }

/**
 * Adds the job that ends something in Telegram, where that stands or is to go, whatever is mapped by now, and behind all
 * that waits of its chat. Call it in a transaction.
 */
export const addEnd = (message: StoredMessage, end: End, tools: NoticeTools, now: number): void => {
  const { key, id, chat } = message
  const { store, outbox, newMessageId } = tools
  const [whatsapp, telegram] =
    networkOf(chat) === 'whatsapp' ? [chat, placeOfReceived(message, tools)] : [placeOfOwn(key, tools), chat]
  // In the supergroup that a group has become its ids belong to other messages.
  if (whatsapp === undefined || telegram === undefined || store.chats.resolve(telegram) !== telegram) return
  const messageId = newMessageId('telegram')
  const event: ChangeEvent = {
    version: 1,
    ...end,
    chat: whatsapp,
    id: `end-${messageId}`,
    sender: { person: chatRef('whatsapp', 'time'), me: false },
    sentAt: now,
    target: { id },
  }
  outbox.add({ lane: whatsapp, target: telegram, source: key, messageId, event: JSON.stringify(event) }, now)
}
