import type { Database } from '../store/index.ts'
import { longDelay } from './decide.ts'

/**
 * How many jobs were given up between two moments (milliseconds since 1970). Those of an earlier version do not say when: no
 * earlier than they came.
 */
export const countFailed = (
  database: Database,
  { since, until }: { readonly since: number; readonly until: number },
): number =>
  database.get<{ count: number }>(
    `SELECT count(*) AS count FROM jobs
     WHERE state = 'failed' AND coalesce(last_failed_at, created_at) BETWEEN ? AND ?`,
    since,
    until,
  )?.count ?? 0

/** How many jobs have failed so often that the owner is told, and are tried on: what is behind them in their lanes waits. */
export const countDelayed = (database: Database): number =>
  database.get<{ count: number }>(
    "SELECT count(*) AS count FROM jobs WHERE state <> 'failed' AND attempts >= ?",
    longDelay,
  )?.count ?? 0
