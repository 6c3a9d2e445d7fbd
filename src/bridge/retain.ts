import type { Log, Outbox } from '../outbox/index.ts'
import type { Store } from '../store/index.ts'
import { type Clock, systemClock } from '../support/clock.ts'

const day = 86_400_000

/**
 * How long messages and their links are remembered. WhatsApp lets people edit for 15 minutes, delete for two days, vote and
 * make messages disappear for up to 90 days; the rest of half a year is for answers and reactions to what is long past.
 */
const keepMessages = 180 * day
/** How long deliveries that have failed are shown. */
const keepFailed = 30 * day

export interface RetainOptions {
  readonly store: Store
  readonly outbox: Outbox
  /** What time it is out there; undefined while nobody has said so: then everything stays for now. */
  readonly time: () => number | undefined
  readonly log: Log
  readonly clock?: Clock
  /** Rows looked at in one transaction. */
  readonly batch?: number
}

/** Milliseconds: to let the start go first, between two transactions, and from one round to the next. */
const pauses = { first: 60_000, batch: 100, round: day }

/**
 * Deletes what is old, a few hundred rows at a time, with pauses in which the bridge goes on; again every day. A disk that
 * refuses ends the round, not the bridge.
 */
export const startRetention = (options: RetainOptions): Disposable => {
  const { log, clock = systemClock } = options
  const stop = new AbortController()
  const run = async (): Promise<void> => {
    await clock.sleep(pauses.first, stop.signal)
    while (!stop.signal.aborted) {
      const time = options.time()
      if (time === undefined) {
        await clock.sleep(pauses.first, stop.signal)
        continue
      }
      try {
        const forgotten = await sweep({ ...options, clock, signal: stop.signal }, time)
        if (forgotten > 0) log.info({ forgotten }, 'Forgot old messages')
      } catch (error) {
        log.warn({ err: error }, 'Old messages could not be forgotten')
      }
      await clock.sleep(pauses.round, stop.signal)
    }
  }
  void run()
  return { [Symbol.dispose]: () => stop.abort() }
}

/**
 * One round over everything; returns how many messages were forgotten. Their age is by the time out there, as it was
 * written down when they came; that of jobs by this machine's clock.
 */
const sweep = async (
  { store, outbox, clock, batch = 500, signal }: RetainOptions & { clock: Clock; signal: AbortSignal },
  time: number,
): Promise<number> => {
  const now = clock.now()
  while (!signal.aborted && outbox.dropFailed(now - keepFailed, batch) === batch) {
    await clock.sleep(pauses.batch, signal)
  }
  let forgotten = 0
  let after: number | undefined = 0
  while (after !== undefined && !signal.aborted) {
    const step: ReturnType<Store['links']['forget']> = store.links.forget({
      before: time - keepMessages,
      after,
      limit: batch,
    })
    forgotten += step.forgotten
    after = step.last
    await clock.sleep(pauses.batch, signal)
  }
  if (!signal.aborted) store.expiry.forget(time - keepMessages)
  return forgotten
}
