import type { Job } from '../../outbox/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import { type BridgeEvent, parseEvent } from '../event.ts'

/**
 * What a job carries. Its refs may have become aliases since it was stored. What was written in a group of Telegram stays where it was
 * written: in the supergroup that it became, its ids belong to other messages.
 */
export const loadEvent = (job: Job, resolve: (ref: ChatRef) => ChatRef): BridgeEvent => {
  const event = parseEvent(job.event)
  return {
    ...event,
    chat: networkOf(event.chat) === 'telegram' ? event.chat : resolve(event.chat),
    sender: { ...event.sender, person: resolve(event.sender.person) },
  }
}
