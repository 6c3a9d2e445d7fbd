import type { Delivery } from '../../bridge/network.ts'
import type { Place } from '../address.ts'
import type { SendContext } from '../send/context.ts'
import type { Made } from '../send.ts'
import type { Looked, LookedFor } from './looked.ts'
import type { PostsContext } from './posts.ts'
import type { ProbeContext } from './probe.ts'

export interface SettleContext extends SendContext, PostsContext {
  /** Until when the server may still be at work on an attempt without files in the chat, in milliseconds since 1970. */
  readonly busyUntil: (chatId: Place['chatId']) => number
  /** Telegram takes messages, but answers no poll: what others write is heard later, or never. */
  readonly isDeaf: () => boolean
  /** What others have written up to then is known, in milliseconds since 1970. */
  readonly heardUpTo: () => number
  /** The search under way in each id space. */
  readonly searches: Map<string, Promise<unknown>>
  readonly looked: LookedFor
}

export interface Quest {
  readonly attempt: Partial<Pick<Delivery, 'albumsBeside'>> &
    Pick<Delivery, 'chat' | 'messageId' | 'mark' | 'restored' | 'isKnown' | 'beside' | 'rest' | 'signal'>
  /** Ids of messages that were sent earlier in the same attempt. */
  readonly after: readonly number[]
  readonly context: SettleContext
  /** Which message of the attempt is looked for. */
  readonly step: number
  /**
   * Of how many items of one album, all looked for, the part is the first; `restored`: a backup brought it back, and nobody
   * knows which albums stand there. Absent where it went by itself.
   */
  readonly items?: number | 'restored'
}

export interface FoundPart extends Made {
  /** The items behind it in its album. */
  readonly behind?: readonly number[]
}

/** A quest in one chat. */
export interface Search extends Quest {
  readonly place: Place
  /** Whether the message under an id there is known, as ours or somebody's. */
  isKnown(id: number): boolean
  readonly probing: ProbeContext
  readonly looked: Looked
}
