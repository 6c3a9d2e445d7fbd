import type { Job } from '../../outbox/index.ts'
import { type MessageRef, networkOf } from '../chat-ref.ts'
import type { ChangeEvent, MessageEvent } from '../event.ts'
import type { Delivery } from '../network.ts'
import type { AttemptContext } from './attempt.ts'
import type { NoticeTools } from './notice.ts'

/**
 * What stood for a message is gone with its last part. Where that did not become the message itself, the reactions to it and
 * its pin went with it.
 */
export const giveWay = (
  job: Job,
  { chat, id }: MessageEvent,
  { placeholder = [], note, sent }: Delivery,
  context: AttemptContext,
): void => {
  const { source } = job
  const { store, now = Date.now } = context
  const target = store.chats.resolve(job.target)
  const isGone = (part: { readonly id: string }): boolean => sent.every(each => each.id !== part.id)
  const gone = placeholder.filter(isGone)
  if (gone.length === 0) return
  store.transaction(() => {
    for (const part of gone) store.links.drop(source, { chat: target, id: part.id })
    if (!placeholder.slice(0, 1).some(isGone)) return
    if (note) store.links.drop(source, { chat: target, id: note.id })
    showAnew({ chat, id, source, target }, { ...context, now: now() })
  })
}

/**
 * Shows the reactions to a message and its pin once more, behind whatever of the chat waits: what they stood on has gone.
 * Call it in a transaction.
 */
export const showAnew = (
  { chat, id, source, target }: MessageRef & Pick<Job, 'source' | 'target'>,
  { store, outbox, newMessageId, now }: NoticeTools & { now: number },
): void => {
  const add = (what: Shown): void => {
    const topic = `${what.kind} ${source} ${target}`
    if (outbox.untouched(topic) !== undefined) return
    const messageId = newMessageId(networkOf(target))
    const event: ChangeEvent = {
      version: 1,
      ...what,
      chat,
      id: `anew-${messageId}`,
      sender: { person: chat, me: false },
      sentAt: now,
      target: { id },
    }
    outbox.add({ lane: chat, target, source, messageId, event: JSON.stringify(event), topic }, now)
  }
  if (store.opinions.reactions(source).length > 0) add({ kind: 'reaction', emoji: '' })
  if (store.deadlines.has({ message: source, what: 'pin' })) add({ kind: 'pin', pinned: true })
}

/** The reactions there are, whoever's: nobody has just reacted. */
type Shown =
  | { readonly kind: 'reaction'; readonly emoji: '' }
  | { readonly kind: 'pin'; readonly pinned: true }
