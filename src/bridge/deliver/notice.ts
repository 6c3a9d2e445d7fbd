import { type NewJob, noticeLane, type Outbox } from '../../outbox/index.ts'
import type { Store } from '../../store/index.ts'
import { type ChatRef, type NetworkName, networkOf } from '../chat-ref.ts'
import type { BridgeEvent, MessageEvent } from '../event.ts'

/** What it takes to let the bridge itself speak in a chat. */
export interface NoticeTools {
  readonly store: Store
  readonly outbox: Outbox
  newMessageId(network: NetworkName): string
}

interface Notice {
  readonly chat: ChatRef
  readonly text: string
  /** The id of the message that it answers. */
  readonly replyTo?: string
  /** The chat whose trouble it tells of. */
  readonly about?: ChatRef
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Adds a job that says something in the bridge's own name. Call it in a transaction. Returns the job. */
export const addNotice = (
  { store, outbox, newMessageId }: NoticeTools,
  { chat, replyTo, now, ...what }: Notice,
): number => {
  const target = store.chats.resolve(chat)
  const messageId = newMessageId(networkOf(target))
  // A group that became a supergroup counts its messages anew.
  const answers = target === chat ? replyTo : undefined
  const said = noticeOf({ ...what, chat: target, messageId, now, ...(answers !== undefined && { answers }) })
  const event: BridgeEvent = { ...said, ...(answers !== undefined && { replyTo: { id: answers } }) }
  // Whoever answers it means whom it is about.
  const content = JSON.stringify(said.content)
  const source = store.links.remember({ chat: target, id: event.id, author: target, me: false, content }, now)
  if (source === undefined) throw new Error(`Message id "${messageId}" was handed out twice`)
  return addBeside({ outbox, now }, { target, source, messageId, event })
}

/**
 * Adds a job in a lane of its own beside what crosses, so that it does not wait behind what it is about. Call it in a
 * transaction. Returns the job.
 */
export const addBeside = (
  { outbox, now }: Pick<NoticeTools, 'outbox'> & Pick<Notice, 'now'>,
  { event, ...job }: Pick<NewJob, 'target' | 'source' | 'messageId'> & { readonly event: BridgeEvent },
): number => outbox.add({ ...job, lane: noticeLane(job.target), event: JSON.stringify(event) }, now)

/** What the bridge says in its own name, as an event. */
export const noticeOf = ({
  chat,
  messageId,
  text,
  about,
  answers,
  now,
}: Omit<Notice, 'replyTo'> & { readonly messageId: string; readonly answers?: string }): MessageEvent => ({
  version: 1,
  kind: 'message',
  chat,
  id: `notice-${messageId}`,
  sender: { person: chat, me: false },
  sentAt: now,
  content: {
    kind: 'notice',
    text,
    ...(about !== undefined && { about }),
    ...(answers !== undefined && { answers }),
  },
})
