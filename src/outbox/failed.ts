import type { Database } from '../store/index.ts'

/** How many jobs were given up at that time or later. Those of an earlier version do not say when: no earlier than they came. */
export const countFailed = (database: Database, since: number): number =>
  database.get<{ count: number }>(
    "SELECT count(*) AS count FROM jobs WHERE state = 'failed' AND coalesce(last_failed_at, created_at) >= ?",
    since,
  )?.count ?? 0
