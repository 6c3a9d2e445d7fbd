import type { Log } from '../outbox/index.ts'
import { type Clock, systemClock } from '../support/clock.ts'
import type { IsOver } from './receive/held.ts'

export interface ReleaseOptions {
  /** Of `receive.ts`. */
  readonly release: (isOver: IsOver) => boolean
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
 * Sees to it that nothing which the owner does in Telegram waits for ever to learn what it is about
 * (`receive/held.ts`), for as long as it is not disposed. A message in doubt is asked about for some ten minutes; what then
 * still holds it up may go on for a day. What is done in WhatsApp waits until its album has gone or was given up.
 */
export const startRelease = (options: ReleaseOptions): Disposable => {
  const { release, isOnline, wake, log, clock = systemClock, longest = 15 * minute } = options
  const stop = new AbortController()
  const run = async (): Promise<void> => {
    const online = makeOnlineTime(longest)
    let last: number | undefined
    while (!stop.signal.aborted) {
      const now = clock.now()
      if (last !== undefined) online.add(last, now)
      last = isOnline() ? now : undefined
      try {
        // What a clock that was ahead has dated into the future waits as from the start of this run.
        if (release((at, _, most = longest) => online.since(at > now ? 0 : at) >= most)) wake()
      } catch (error) {
        log.warn({ err: error }, 'What was kept back could not be taken in; trying again')
      }
      await clock.sleep(lookEvery, stop.signal)
    }
  }
  void run()
  return { [Symbol.dispose]: () => stop.abort() }
}

/**
 * The spans of time, in milliseconds since 1970, in which Telegram could be asked: as many of the latest as make up
 * `longest`. They are added up, for a line that comes and goes would never let the whole of it pass at once.
 */
const makeOnlineTime = (longest: number) => {
  const spans: { readonly from: number; readonly to: number }[] = []
  const since = (at: number): number =>
    spans.reduce((sum, { from, to }) => sum + Math.max(0, to - Math.max(from, at)), 0)
  return {
    since,
    add(from: number, to: number): void {
      // The machine may have slept in between, or its clock been set.
      spans.push({ from: Math.max(from, to - 2 * lookEvery), to })
      while (spans[1] !== undefined && since(spans[1].from) >= longest) spans.shift()
    },
  }
}
