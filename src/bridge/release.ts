import type { Log } from '../outbox/index.ts'
import { type Clock, systemClock } from '../support/clock.ts'

export interface ReleaseOptions {
  /** Of `receive.ts`. */
  readonly release: (isOver: (at: number) => boolean) => boolean
  /** Whether Telegram can be asked what became of a message. */
  isOnline(): boolean
  /** Jobs were committed. */
  wake(): void
  readonly log: Log
  readonly clock?: Clock
  /** Milliseconds for which something is kept back at most; an outage does not count. */
  readonly longest?: number
}

const minute = 60_000
/** Milliseconds between two looks. */
const lookEvery = minute / 4

/**
 * Sees to it that nothing which the owner does waits for ever to learn what it is about (`receive/held.ts`), for as long as it is
 * not disposed. A message in doubt is asked about for ten minutes; what then still holds it up may go on for a day.
 */
export const startRelease = (options: ReleaseOptions): Disposable => {
  const { release, isOnline, wake, log, clock = systemClock, longest = 15 * minute } = options
  const stop = new AbortController()
  const run = async (): Promise<void> => {
    let since: number | undefined
    while (!stop.signal.aborted) {
      const now = clock.now()
      since = isOnline() ? (since ?? now) : undefined
      const begin = since
      try {
        if (release(at => begin !== undefined && Math.max(at, begin) + longest <= now)) wake()
      } catch (error) {
        log.warn({ err: error }, 'What was kept back could not be taken in; trying again')
      }
      await clock.sleep(lookEvery, stop.signal)
    }
  }
  void run()
  return { [Symbol.dispose]: () => stop.abort() }
}
