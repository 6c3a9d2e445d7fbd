import type { StoredMessage } from '../../store/index.ts'
import type { ChatRef, MessageRef } from '../chat-ref.ts'
import { type ChangeEvent, isMessage, readEvent } from '../event.ts'
import type { InboxOptions } from './reception.ts'

type Tools = Pick<InboxOptions, 'store' | 'outbox' | 'isPart'>

/** Whether a message of the owner's account is one that the bridge is sending, or may have sent. */
export const isEcho = ({ chat, id }: MessageRef, { outbox, isPart }: Tools): boolean =>
  outbox.sending(chat, id, isPart) !== undefined

/**
 * What the message stands for that is changed before its link is written: others were faster than our disk, or than an ack
 * that got lost.
 */
export const onItsWay = (
  { kind, chat, target }: ChangeEvent,
  { store, outbox, isPart }: Tools,
): StoredMessage | undefined => {
  const job = outbox.sending(chat, target.id, isPart)
  const event = job && readEvent(job.event)
  if (job === undefined || event === undefined) return undefined
  // Which picture of an album it is, its link alone will tell. Of a change nothing but its receipt means anything.
  const isClear = isMessage(event) ? event.content.kind !== 'album' : kind === 'receipt'
  return isClear ? store.links.get(job.source) : undefined
}

/** What a message will be in the chat that it is on its way to. */
export const asSent = ({ author: _, ...message }: StoredMessage, chat: ChatRef): StoredMessage => ({
  ...message,
  chat,
  me: false,
  bridge: true,
})
