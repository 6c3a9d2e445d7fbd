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
