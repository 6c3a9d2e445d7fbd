import type { Outbox } from '../../outbox/index.ts'
import type { StoredMessage } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import { type BridgeEvent, type ChangeEvent, readEvent } from '../event.ts'
import { fromBackup, type ReceiveContext } from './reception.ts'

/** What is shown as it stands when the job runs: while one waits, no other is needed. */
const isState = (event: ChangeEvent): boolean =>
  event.kind === 'reaction' ||
  event.kind === 'vote' ||
  (event.kind === 'edit' && event.content.kind === 'location')

/**
 * A text that another one takes the place of need not be shown where it waits. The later one goes behind all that waits,
 * so that nothing else of the message is shown in another order. Not towards WhatsApp, which takes an edit for some
 * minutes only: the earlier one may be in time for that, the later one not.
 */
const dropOutdated = (event: ChangeEvent, target: ChatRef, topic: string, outbox: Outbox): void => {
  if (!isText(event) || networkOf(target) !== 'telegram') return
  const waiting = outbox.untouched(topic)
  const outdated = waiting && readEvent(waiting.event)
  if (outdated && isText(outdated)) outbox.finish(waiting.id)
}

const isText = (event: BridgeEvent): boolean => event.kind === 'edit' && event.content.kind === 'text'

/** Adds the job that shows a change, or lets the one that waits show it. Call it in a transaction. */
export const addChange = (
  event: ChangeEvent,
  context: Pick<ReceiveContext, 'outbox' | 'newMessageId' | 'now' | 'restored' | 'markFromBackup'> & {
    target: ChatRef
    subject: StoredMessage
  },
): void => {
  const { outbox, newMessageId, target, subject, now } = context
  const topic = `${event.kind} ${subject.key} ${target}`
  const waiting = isState(event) ? outbox.untouched(topic) : undefined
  const json = JSON.stringify(event)
  if (waiting !== undefined) {
    outbox.rewrite(waiting.id, { event: json, dueAt: waiting.dueAt })
    return
  }
  dropOutdated(event, target, topic, outbox)
  outbox.add(
    {
      lane: event.chat,
      target,
      source: subject.key,
      messageId: newMessageId(networkOf(target)),
      event: json,
      topic,
      ...fromBackup(context, target),
    },
    now,
  )
}
