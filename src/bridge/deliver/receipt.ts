import { networkOf } from '../chat-ref.ts'
import type { ChangeEvent, MessageEvent } from '../event.ts'
import { addBeside, type NoticeTools } from './notice.ts'

/** Marks the owner's own message as failed, in the chat where they wrote it. */
export const addFailureReceipt = (
  { chat: writtenIn, id, sender, source }: MessageEvent & { source: number },
  { store, outbox, newMessageId, now }: NoticeTools & { now: number },
): void => {
  const chat = store.chats.resolve(writtenIn)
  const messageId = newMessageId(networkOf(chat))
  const event: ChangeEvent = {
    version: 1,
    kind: 'receipt',
    chat,
    id: `receipt-${messageId}`,
    sender,
    sentAt: now,
    target: { id },
    state: 'failed',
  }
  addBeside({ outbox, now }, { target: chat, source, messageId, event })
}
