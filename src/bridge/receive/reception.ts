import type { Mapping } from '../../store/index.ts'
import type { NoticeTools } from '../deliver/notice.ts'

/** What became of one arrival. */
export type Reception = 'job' | 'refused' | 'unmapped' | 'echo' | 'duplicate' | 'ignored'

/** Milliseconds: nothing of WhatsApp lasts longer, of its own. More is nonsense, and would keep a message for ever. */
export const longestLife = 90 * 86_400_000

/** What it takes to receive one event of a mapped chat, inside the transaction that does it. */
export interface ReceiveContext extends NoticeTools {
  /** The mappings of the event's chat, the two-way one first; never empty. */
  readonly mappings: readonly Mapping[]
  readonly now: number
}
