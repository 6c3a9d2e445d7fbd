import type { Database } from '../store/index.ts'
import { longDelay } from './decide.ts'

/** How many jobs were given up at that time or later. Those of an earlier version do not say when: no earlier than they came. */
export const countFailed = (database: Database, since: number): number =>
  database.get<{ count: number }>(
    "SELECT count(*) AS count FROM jobs WHERE state = 'failed' AND coalesce(last_failed_at, created_at) >= ?",
    since,
  )?.count ?? 0

/** How many jobs have failed so often that the owner is told, and are tried on: what is behind them in their lanes waits. */
export const countDelayed = (database: Database): number =>
  database.get<{ count: number }>(
    "SELECT count(*) AS count FROM jobs WHERE state <> 'failed' AND attempts >= ?",
    longDelay,
  )?.count ?? 0
