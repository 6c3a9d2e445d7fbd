import type { Log } from '../outbox/index.ts'
import { type Clock, systemClock } from '../support/clock.ts'
import { chatRef, networkOf } from './chat-ref.ts'
import type { NoticeTools } from './deliver/notice.ts'
import type { ChangeEvent } from './event.ts'

/** Messages taken down in one go; more wait for the next. */
const batch = 200
/** Milliseconds between two looks. */
const lookEvery = 20_000

export interface ExpiryOptions extends NoticeTools {
  /** Jobs were committed. */
  wake(): void
  readonly log: Log
  readonly clock?: Clock
}

/** Takes down disappearing messages when their time is up, for as long as it is not disposed. */
export const startExpiry = (options: ExpiryOptions): Disposable => {
  const { wake, log, clock = systemClock } = options
  const stop = new AbortController()
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        if (expireMessages(options, clock.now())) wake()
      } catch (error) {
        log.warn({ err: error }, 'Disappearing messages could not be taken down; trying again')
      }
      await clock.sleep(lookEvery, stop.signal)
    }
  }
  void run()
  return { [Symbol.dispose]: () => stop.abort() }
}

/**
 * Takes down what disappearing messages became, once their time is up. Returns whether there was anything to do. Each
 * goes as a deletion in the lane of its chat, behind whatever of that chat still waits.
 */
export const expireMessages = ({ store, outbox, newMessageId }: NoticeTools, now: number): boolean =>
  store.transaction(() => {
    const expired = store.links.expired(now, batch)
    for (const { key, id, chat } of expired) {
      store.links.markDeleted(key)
      const [mapping] = store.mappings.forSource(chat)
      if (mapping === undefined || networkOf(chat) !== 'whatsapp') continue
      const target = mapping.telegram
      const messageId = newMessageId(networkOf(target))
      const event: ChangeEvent = {
        version: 1,
        kind: 'deletion',
        chat,
        id: `expiry-${messageId}`,
        sender: { person: chatRef('whatsapp', 'time'), me: false },
        sentAt: now,
        target: { id },
        by: 'time',
      }
      outbox.add({ lane: chat, target, source: key, messageId, event: JSON.stringify(event) }, now)
    }
    return expired.length > 0
  })
