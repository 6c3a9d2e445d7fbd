import type { CommitOptions } from '../bridge/network.ts'
import type { Clock } from '../support/clock.ts'
import type { Carrier, Log } from './carrier.ts'
import type { Outbox } from './outbox.ts'
import type { Pace } from './pace.ts'

export interface WorkerOptions {
  readonly outbox: Outbox
  readonly carrier: Carrier
  readonly pace: Pace
  transaction<T>(work: () => T, options?: CommitOptions): T
  /**
   * Attempts have ended; called in the transaction that writes down how. Where it throws, and not for the sake of the disk,
   * what it wrote is undone, and no more.
   */
  readonly onEnded?: () => void
  readonly log: Log
  readonly clock?: Clock
  readonly random?: () => number
  /** Deliveries that go on side by side at most; those that only wait for something do not count. */
  readonly parallel?: number
  /** Milliseconds of failing after which a job is given up. */
  readonly giveUpAfter?: number
}
