import type { StoredMessage } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import type { ChangeEvent } from '../event.ts'
import { fromBackup, type ReceiveContext } from './reception.ts'

/** What is shown as it stands when the job runs: while one waits, no other is needed. */
const isState = (event: ChangeEvent): boolean =>
  event.kind === 'reaction' ||
  event.kind === 'vote' ||
  (event.kind === 'edit' && event.content.kind === 'location')

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
