import { type ChatRef, chatRef, type MessageRef, networkOf } from '../chat-ref.ts'
import type { ChangeEvent } from '../event.ts'
import type { NoticeTools } from './notice.ts'

/** Which message of the owner's became one in WhatsApp, and where it was typed. */
interface Origin {
  readonly source: number
  readonly chat: ChatRef
}

/**
 * Takes down what the owner typed where it was deleted in WhatsApp before anybody knew which one it is: of the pictures
 * of an album their links alone tell. To be called before that link is added, in the same transaction.
 */
export const takeBack = (
  message: MessageRef,
  { source, chat }: Origin,
  { store, outbox, newMessageId, now }: NoticeTools & { now: number },
): void => {
  if (networkOf(message.chat) !== 'whatsapp' || store.links.get(source)?.deleted) return
  const deleted = store.links.deletedUnknown(message)
  if (deleted === undefined) return
  store.links.markDeleted(source)
  const target = store.chats.resolve(chat)
  const messageId = newMessageId(networkOf(target))
  const { author, me, seenAt } = deleted
  const event: ChangeEvent = {
    version: 1,
    kind: 'deletion',
    by: author === undefined ? 'admin' : 'author',
    chat: message.chat,
    id: `deleted-${messageId}`,
    sender: { person: author ?? chatRef('whatsapp', 'admin'), me },
    sentAt: seenAt,
    target: { id: message.id },
  }
  outbox.add({ lane: message.chat, target, source, messageId, event: JSON.stringify(event) }, now)
}
