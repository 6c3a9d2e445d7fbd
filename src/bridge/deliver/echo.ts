import type { Job } from '../../outbox/index.ts'
import { networkOf } from '../chat-ref.ts'
import type { BridgeEvent, ChangeOf } from '../event.ts'
import { addBeside, type NoticeTools } from './notice.ts'

/**
 * What the owner had deleted in WhatsApp goes from their Telegram chat, too. Not before it is done: else nobody could see
 * any more what WhatsApp has refused to delete. Call it in a transaction.
 */
export const addEcho = (
  event: ChangeOf<'deletion'>,
  { store, outbox, newMessageId, source, now }: NoticeTools & { source: number; now: number },
): void => {
  const chat = store.chats.resolve(event.chat)
  store.links.markDeleted(source)
  const messageId = newMessageId(networkOf(chat))
  addBeside({ outbox, now }, { target: chat, source, messageId, event })
}

/** It goes from the owner's Telegram to WhatsApp, and does not come back from there. */
export const isOutward = ({ chat }: BridgeEvent, { target }: Job): boolean =>
  networkOf(chat) === 'telegram' && networkOf(target) === 'whatsapp'
