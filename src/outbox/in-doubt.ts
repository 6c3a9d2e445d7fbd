import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Database } from '../store/index.ts'

/** A job whose message may stand in its chat without a link. */
export interface InDoubt {
  readonly id: number
  readonly target: ChatRef
  /** The network's word from before the attempt. */
  readonly mark: string | null
}

/**
 * The jobs that are under way or may have arrived. Only the first one of a lane is ever tried; but of those that a
 * backup brought back, each may have arrived since it was made.
 */
export const findInDoubt = (database: Database): InDoubt[] =>
  // The lanes are read by skipping from one to the next in the index: thousands of waiting jobs cost nothing.
  database.all<InDoubt>(
    `WITH RECURSIVE lanes (lane) AS (
       SELECT min(lane) FROM jobs WHERE state <> 'failed'
       UNION ALL
       SELECT (SELECT min(lane) FROM jobs WHERE state <> 'failed' AND lane > lanes.lane) FROM lanes
       WHERE lanes.lane IS NOT NULL)
     SELECT j.id, j.target, j.mark FROM lanes JOIN jobs j
       ON j.id = (SELECT id FROM jobs WHERE state <> 'failed' AND lane = lanes.lane ORDER BY id LIMIT 1)
     WHERE j.state = 'sending' OR j.unsure = 1
     UNION SELECT id, target, mark FROM jobs WHERE restored = 1 AND unsure = 1 AND state <> 'failed'`,
  )
