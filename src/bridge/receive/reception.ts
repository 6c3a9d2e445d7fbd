import type { Mapping } from '../../store/index.ts'
import type { NoticeTools } from '../deliver/notice.ts'

/** What became of one arrival. */
export type Reception = 'job' | 'refused' | 'unmapped' | 'echo' | 'duplicate' | 'ignored'

/** What it takes to receive one event of a mapped chat, inside the transaction that does it. */
export interface ReceiveContext extends NoticeTools {
  /** The mappings of the event's chat, the two-way one first; never empty. */
  readonly mappings: readonly Mapping[]
  readonly now: number
}
