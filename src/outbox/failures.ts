import type { Database } from '../store/index.ts'
import { parts } from './parts.ts'

/** What a job keeps of its failures: each kind is counted for itself, so that none makes more of another. */
export interface Failures {
  /** An attempt may have arrived. */
  readonly unsure: boolean
  /** How often it failed in whatever way that costs an attempt. */
  readonly attempts: number
  /** How often its file could not be had; one that broke off counts twice. */
  readonly mediaFailures: number
  /** How often something in front of its network refused it, and let others through. */
  readonly pages: number
  /** How often its network itself failed at it, and took others. */
  readonly ownFailures: number
  readonly bugs: number
  /** How often nobody could say whether it arrived, since it was known last what became of it. */
  readonly asked: number
  /** How long it has been failing, in milliseconds; the time of an outage does not count. */
  readonly failingFor: number
  readonly lastFailedAt?: number
}

/** Of a job that has not failed yet. */
export const unfailed = {
  unsure: false,
  attempts: 0,
  mediaFailures: 0,
  pages: 0,
  ownFailures: 0,
  bugs: 0,
  asked: 0,
  failingFor: 0,
} as const satisfies Failures

export const failuresOf = (job: Failures): Failures => ({
  unsure: job.unsure,
  attempts: job.attempts,
  mediaFailures: job.mediaFailures,
  pages: job.pages,
  ownFailures: job.ownFailures,
  bugs: job.bugs,
  asked: job.asked,
  failingFor: job.failingFor,
  ...(job.lastFailedAt !== undefined && { lastFailedAt: job.lastFailedAt }),
})

/** How a job is tried again as it is. */
export interface Again {
  readonly failures: Failures
  /** Milliseconds since 1970. */
  readonly dueAt: number
  readonly problem: string
}

/** Lets a job wait, with its failures. */
export const postponeJob = (database: Database, id: number, { failures, dueAt, problem }: Again): void => {
  database.run(
    `UPDATE jobs SET state = 'pending', due_at = ?2, problem = seal(?3), unsure = ?4, attempts = ?5, media_failures = ?6,
       pages = ?7, own_failures = ?8, bugs = ?9, asked = ?10, failing_for = ?11, last_failed_at = ?12 WHERE id = ?1`,
    id,
    dueAt,
    problem,
    failures.unsure ? 1 : 0,
    failures.attempts,
    failures.mediaFailures,
    failures.pages,
    failures.ownFailures,
    failures.bugs,
    failures.asked,
    failures.failingFor,
    failures.lastFailedAt ?? null,
  )
}

/** In which form a job is tried next. */
export interface NextForm {
  readonly level: number
  /** It may be there in the form before. */
  readonly unsure: boolean
  /** Milliseconds since 1970. */
  readonly now: number
  readonly problem: string
}

/** Lets a job begin anew in another form: but for how long it has been failing in all, its failures were of the one before. */
export const stepJob = (database: Database, id: number, { level, unsure, now, problem }: NextForm): void => {
  database.run(
    `UPDATE jobs SET state = 'pending', due_at = ?3, last_failed_at = ?3, unsure = ?4, level = ?2, attempts = 0, media_failures = 0,
       pages = 0, own_failures = 0, bugs = 0, asked = 0, base = (SELECT count(*) ${parts}), problem = seal(?5) WHERE id = ?1`,
    id,
    level,
    now,
    unsure ? 1 : 0,
    problem,
  )
}

/** Lets a job that was given up begin anew. `now` in milliseconds since 1970. */
export const reviveJob = (database: Database, id: number, now: number): void => {
  database.run(
    `UPDATE jobs SET state = 'pending', due_at = ?2, level = 0, attempts = 0, media_failures = 0, pages = 0,
       own_failures = 0, bugs = 0, asked = 0, failing_for = 0, problem = NULL
     WHERE id = ?1 AND state = 'failed'`,
    id,
    now,
  )
}
