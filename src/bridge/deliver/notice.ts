import type { Outbox } from '../../outbox/index.ts'
import type { Store } from '../../store/index.ts'
import { type ChatRef, type NetworkName, networkOf } from '../chat-ref.ts'
import type { BridgeEvent, MessageEvent } from '../event.ts'

/** What it takes to let the bridge itself speak in a chat. */
export interface NoticeTools {
  readonly store: Store
  readonly outbox: Outbox
  newMessageId(network: NetworkName): string
}

/**
 * Adds a job that says something in the bridge's own name, as an answer to `replyTo` where given. It has a lane of its
 * own, so that it does not wait behind what it speaks about, which is the trouble with the chat `about` where that is
 * given. Call it in a transaction. Returns the job.
 */
export const addNotice = (
  { store, outbox, newMessageId }: NoticeTools,
  {
    chat,
    text,
    replyTo,
    about,
    now,
  }: { chat: ChatRef; text: string; replyTo?: string; about?: ChatRef; now: number },
): number => {
  const target = store.chats.resolve(chat)
  const messageId = newMessageId(networkOf(target))
  const event: BridgeEvent = {
    ...noticeOf({ chat: target, messageId, text, now }, about),
    // A group that became a supergroup counts its messages anew.
    ...(replyTo !== undefined && target === chat && { replyTo: { id: replyTo } }),
  }
  const source = store.links.remember({ chat: target, id: event.id, author: target, me: false }, now)
  if (source === undefined) throw new Error(`Message id "${messageId}" was handed out twice`)
  return outbox.add(
    { lane: `notice ${target}`, target, source, messageId, event: JSON.stringify(event) },
    now,
  )
}

/** What the bridge says in its own name, as an event; `now` in milliseconds since 1970. */
export const noticeOf = (
  { chat, messageId, text, now }: { chat: ChatRef; messageId: string; text: string; now: number },
  about?: ChatRef,
): MessageEvent => ({
  version: 1,
  kind: 'message',
  chat,
  id: `notice-${messageId}`,
  sender: { person: chat, me: false },
  sentAt: now,
  content: { kind: 'notice', text, ...(about !== undefined && { about }) },
})
