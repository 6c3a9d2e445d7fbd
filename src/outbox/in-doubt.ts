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

/** A job that may have arrived: in doubt, or given up so. */
export interface Unsettled {
  readonly id: number
  readonly target: ChatRef
  /** Key of the message that it carries, or changes. */
  readonly source: number
  readonly messageId: string
  /** JSON. */
  readonly event: string
  readonly isGivenUp: boolean
  /** The network's word: from before the attempt, or from when it was given up. */
  readonly mark?: string
  /** What was kept of its last attempt (`Carrier.frame`). */
  readonly frame?: string
}

type Row = Pick<Unsettled, 'id' | 'target' | 'source' | 'event'> & {
  readonly message_id: string
  readonly state: string
  readonly mark: string | null
  readonly frame: string | null
}

/** Those to a chat and all other topics of its group; of those given up as long as their rows are kept (`Outbox.dropFailed`). */
export const findUnsettled = (database: Database, target: ChatRef): Unsettled[] =>
  database
    .all<Row>(
      `SELECT id, target, source, message_id, event, state, mark, frame FROM jobs
       WHERE unsure = 1 AND (target = ?1 OR target GLOB ?1 || '/*') ORDER BY id`,
      target.replace(/\/.*/, ''),
    )
    .map(({ state, mark, frame, message_id: messageId, ...row }) => ({
      ...row,
      messageId,
      isGivenUp: state === 'failed',
      ...(mark !== null && { mark }),
      ...(frame !== null && { frame }),
    }))
