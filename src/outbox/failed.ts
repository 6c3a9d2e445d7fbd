import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Database } from '../store/index.ts'
import { longDelay } from './decide.ts'
import { noticeLane } from './notice-lane.ts'

/** Milliseconds since 1970. */
interface Span {
  readonly since: number
  readonly until: number
}

/** Those of an earlier version do not say when they were given up: no earlier than they came. */
const isWithin = "state = 'failed' AND coalesce(last_failed_at, created_at) BETWEEN ? AND ?"

/** How many jobs were given up between two moments, but for those that `lastUntold` tells of. */
export const countFailed = (database: Database, { since, until }: Span, owner?: ChatRef): number =>
  database.get<{ count: number }>(
    `SELECT count(*) AS count FROM jobs WHERE ${isWithin} AND lane IS NOT ?`,
    since,
    until,
    owner === undefined ? null : noticeLane(owner),
  )?.count ?? 0

/** Why the owner was not told of something, the last time between two moments that it was so. */
export const lastUntold = (database: Database, owner: ChatRef, { since, until }: Span): string | undefined =>
  database.get<{ problem: string }>(
    `SELECT problem FROM jobs WHERE ${isWithin} AND lane = ? ORDER BY id DESC LIMIT 1`,
    since,
    until,
    noticeLane(owner),
  )?.problem

/** Whether something that the bridge says in its own name is still to be said. */
export const isUnsaid = (database: Database): boolean =>
  database.get(
    "SELECT 1 FROM jobs WHERE state <> 'failed' AND lane LIKE ? LIMIT 1",
    noticeLane('telegram:%'),
  ) !== undefined

/** How many jobs have failed so often that the owner is told, and are tried on: what is behind them in their lanes waits. */
export const countDelayed = (database: Database): number =>
  database.get<{ count: number }>(
    "SELECT count(*) AS count FROM jobs WHERE state <> 'failed' AND attempts >= ?",
    longDelay,
  )?.count ?? 0
