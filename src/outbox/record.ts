import { networkOf } from '../bridge/chat-ref.ts'
import { StoreError } from '../store/index.ts'
import type { Clock } from '../support/clock.ts'
import type { Carrier, Log } from './carrier.ts'
import { markOf } from './claim.ts'
import { decide, longDelay } from './decide.ts'
import type { Holds } from './holds.ts'
import type { Job, Outcome } from './job.ts'
import type { Outbox } from './outbox.ts'
import type { Pace } from './pace.ts'

export interface RecordTools {
  readonly outbox: Outbox
  readonly carrier: Carrier
  readonly pace: Pace
  readonly holds: Holds
  transaction<T>(work: () => T): T
  readonly clock: Clock
  readonly random: () => number
  /** Milliseconds of failing after which a job is given up. */
  readonly giveUpAfter: number
  readonly log: Log
}

/** Writes down how an attempt ended, and draws the conclusions for its chat and its network. */
export const record = (job: Job, outcome: Outcome, tools: RecordTools): void => {
  const { outbox, carrier, pace, holds, clock, log } = tools
  const network = networkOf(job.target)
  pace.save(job.target)
  if (outcome.kind === 'sent') {
    if (!outcome.unasked) holds.release(network)
    if (outcome.passed) holds.took(network, clock.now())
    if (outcome.follow) tell(outcome.follow, { job, tools })
    outbox.finish(job.id)
    return
  }
  const now = clock.now()
  const { verdict, problem, from } = outcome
  log.debug({ job: job.id, verdict: verdict.kind, from, problem }, 'A delivery did not succeed')
  // What a file's own network says is not about the one we deliver to.
  if (from !== 'media' && verdict.kind === 'offline') holds.hold(network, now)

  holds.forgetAfter(now)
  const othersPass = job.lastFailedAt !== undefined && holds.hasTaken(network, job.lastFailedAt)
  const decision = decide(job, outcome, { ...tools, now, othersPass })
  if (decision.kind === 'again') {
    const { failures, dueAt } = decision
    outbox.postpone(job.id, { failures, dueAt, problem })
    const { attempts, unsure } = failures
    if (attempts > job.attempts && attempts >= longDelay)
      tell(() => carrier.delayed({ ...job, attempts, unsure }, problem), { job, tools })
    return
  }
  if (decision.kind === 'plainer') {
    const level = carrier.plainer(job, outcome)
    if (level !== undefined) {
      outbox.step(job.id, { level, unsure: decision.unsure, now, problem })
      return
    }
  }
  // Why stands above, and is told to the owner: a server may quote the message in its words.
  log.warn({ job: job.id, from }, 'A delivery failed for good; debug says why')
  const isInDoubt = verdict.kind === 'unsure' || outcome.unsettled === true || outcome.neverKnown === true
  outbox.fail(job.id, problem, {
    at: now,
    ...(isInDoubt && { inDoubt: { mark: markOf(job.target, tools) } }),
  })
  tell(() => carrier.failed({ ...job, unsure: isInDoubt }, problem), { job, tools })
}

/** A failure to tell what became of a job must not hold up all lanes; a full disk does, until it is mended. */
const tell = (
  words: () => void,
  { job, tools: { transaction, log } }: { job: Job; tools: RecordTools },
): void => {
  try {
    transaction(words)
  } catch (error) {
    if (error instanceof StoreError) throw error
    log.error({ err: error, job: job.id }, 'What became of a delivery could not be told')
  }
}
