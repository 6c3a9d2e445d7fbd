import { contain, type Log } from '../outbox/index.ts'
import type { StoredMessage } from '../store/index.ts'
import { type Clock, systemClock } from '../support/clock.ts'
import type { NoticeTools } from './deliver/notice.ts'
import { addEnd, type End } from './receive/end.ts'

/** Ends that are seen to in one go; more wait for the next. */
const batch = 200
/** Milliseconds between two looks, and while it is not known yet what is to go. */
const lookEvery = { usually: 20_000, waiting: 1000 }

export interface ExpiryOptions extends NoticeTools {
  /** Whether disappearing messages go from Telegram, too. */
  readonly disappearing: boolean
  /** What time it is out there; undefined while nobody has said so: then everything stays for now. */
  readonly time: () => number | undefined
  /** Whether all that was said in WhatsApp is here: that a message is kept, too. Until then none is taken down. */
  isUpToDate(): boolean
  /** Jobs were committed. */
  wake(): void
  readonly log: Log
  readonly clock?: Clock
}

/** Ends in Telegram what ends by itself in WhatsApp, for as long as it is not disposed. */
export const startExpiry = (options: ExpiryOptions): Disposable => {
  const { time, isUpToDate, wake, log, clock = systemClock } = options
  const stop = new AbortController()
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const disappearing = options.disappearing && isUpToDate()
      try {
        const end = time()
        if (end !== undefined && endWhatIsOver({ ...options, disappearing }, { time: end, now: clock.now() }))
          wake()
      } catch (error) {
        log.warn({ err: error }, 'What ends by itself could not be ended; trying again')
      }
      const isKnown = time() !== undefined && disappearing === options.disappearing
      await clock.sleep(isKnown ? lookEvery.usually : lookEvery.waiting, stop.signal)
    }
  }
  void run()
  return { [Symbol.dispose]: () => stop.abort() }
}

/**
 * Takes down disappearing messages (what they became in Telegram, and what the owner typed there), unpins, and closes
 * polls, once their time is up. Returns whether there was anything to do. `time` is what time it is out there, `now`
 * what the machine thinks. Each goes as a change in the lane of its chat, behind whatever of that chat still waits. One that a
 * bug keeps from its end stays for good, for else it would keep all others from theirs.
 */
export const endWhatIsOver = (
  tools: NoticeTools & Pick<ExpiryOptions, 'disappearing' | 'log'>,
  { time, now }: { time: number; now: number },
): boolean => {
  const { store, disappearing, log } = tools
  const end = (message: StoredMessage, how: End): void =>
    contain(() => store.transaction(() => addEnd(message, how, tools, now)), {
      log,
      problem: 'Something that ends by itself could not be ended',
    })
  return store.transaction(() => {
    const expired = disappearing ? store.expiry.due(time, batch) : []
    for (const message of expired) {
      store.links.markDeleted(message.key)
      end(message, { kind: 'deletion', by: 'time' })
    }
    const deadlines = store.deadlines.due(time, batch)
    for (const deadline of deadlines) {
      store.deadlines.set(deadline, undefined)
      const message = store.links.get(deadline.message)
      if (message === undefined || message.deleted) continue
      end(message, deadline.what === 'pin' ? { kind: 'pin', pinned: false } : { kind: 'vote', choice: [] })
    }
    return expired.length + deadlines.length > 0
  })
}
