import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Database } from '../store/index.ts'
import { withHeads } from './heads.ts'

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
  database.all<InDoubt>(
    `${withHeads} SELECT id, target, mark FROM heads WHERE state = 'sending' OR unsure = 1
     UNION SELECT id, target, mark FROM jobs WHERE restored = 1 AND unsure = 1 AND state <> 'failed'`,
  )

/** A job that was given up, and may have arrived. */
export interface GivenUp {
  /** The network's word from then. */
  readonly mark?: string
  /** What was kept of its last attempt (`Carrier.frame`). */
  readonly frame?: string
}

/** Those in a chat, as long as their rows are kept (`Outbox.dropFailed`). */
export const findGivenUp = (database: Database, target: ChatRef): GivenUp[] =>
  database
    .all<{ mark: string | null; frame: string | null }>(
      "SELECT mark, frame FROM jobs WHERE state = 'failed' AND unsure = 1 AND target = ?",
      target,
    )
    .map(({ mark, frame }) => ({ ...(mark !== null && { mark }), ...(frame !== null && { frame }) }))
