import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Database } from '../store/index.ts'
import type { Waiting } from './job.ts'

/** The first job of a lane. */
export interface Head {
  readonly id: number
  readonly lane: string
  readonly target: ChatRef
  readonly dueAt: number
  readonly unsure: boolean
}

/**
 * SQL: the table `heads`, the first job of each lane that has not failed. The lanes are read by skipping from one to the
 * next in the index: thousands of waiting jobs cost nothing.
 */
export const withHeads = `WITH RECURSIVE
  lanes (lane) AS (
    SELECT min(lane) FROM jobs WHERE state <> 'failed'
    UNION ALL
    SELECT (SELECT min(lane) FROM jobs WHERE state <> 'failed' AND lane > lanes.lane) FROM lanes
    WHERE lanes.lane IS NOT NULL),
  heads AS (
    SELECT jobs.* FROM lanes JOIN jobs
      ON id = (SELECT id FROM jobs WHERE state <> 'failed' AND lane = lanes.lane ORDER BY id LIMIT 1))`

/** The first job of every lane, but of those in which one of `running` is being sent. */
export const findHeads = (database: Database, running: readonly number[]): Head[] =>
  database
    .all<Omit<Head, 'dueAt' | 'unsure'> & { due_at: number; unsure: number }>(
      `${withHeads} SELECT id, lane, target, due_at, unsure FROM heads
       WHERE state = 'pending' AND lane NOT IN (SELECT lane FROM jobs WHERE id IN (SELECT value FROM json_each(?)))`,
      JSON.stringify(running),
    )
    .map(row => ({ ...row, dueAt: row.due_at, unsure: row.unsure === 1 }))

/** The first job of one lane. */
export const findFirst = (database: Database, lane: string): Waiting | undefined =>
  database.get<Waiting>(
    "SELECT id, target, event FROM jobs WHERE state <> 'failed' AND lane = ? ORDER BY id LIMIT 1",
    lane,
  )
