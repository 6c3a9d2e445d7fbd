import { StoreError } from '../store/index.ts'
import { contain } from './contain.ts'
import type { Job, Outcome } from './job.ts'
import { type RecordTools, record } from './record.ts'

/** An attempt that a bug of ours has ended: what it has done, nobody knows. */
export const broken = {
  kind: 'failure',
  verdict: { kind: 'unsure' },
  problem: 'Internal error',
  from: 'bug',
  inDoubt: true,
} as const satisfies Outcome

/**
 * Writes down how attempts have ended. Should a bug keep one from that, it counts as broken, and where not even that can be
 * written, it is given up: all others, in both directions, would wait for it for ever. Throws `StoreError`.
 */
export const recordEach = (
  ended: readonly { readonly job: Job; readonly outcome: Outcome }[],
  tools: RecordTools,
): void => {
  for (const { job, outcome } of ended)
    doFirst(
      [
        () => record(job, outcome, tools),
        () => record(job, broken, tools),
        () => giveUp(job, tools),
        // Its lane alone waits, for the next start.
        () => undefined,
      ],
      { job, tools },
    )
}

const doFirst = (ways: readonly (() => void)[], { job, tools }: { job: Job; tools: RecordTools }): void => {
  for (const way of ways) {
    try {
      tools.transaction(way)
      return
    } catch (error) {
      if (error instanceof StoreError) throw error
      tools.log.error({ err: error, job: job.id }, 'How a delivery ended could not be written down as it is')
    }
  }
}

const giveUp = (job: Job, { outbox, carrier, clock, transaction, log }: RecordTools): void => {
  outbox.fail(job.id, broken.problem, { at: clock.now(), inDoubt: { mark: undefined } })
  const show = () => carrier.failed({ ...job, unsure: true }, broken.problem)
  contain(() => transaction(show), { log, problem: 'A failed delivery could not be shown' })
}
