import type { Log } from '../../outbox/index.ts'
import type { Mapping } from '../../store/index.ts'
import type { ChatRef, NetworkName } from '../chat-ref.ts'
import type { NoticeTools } from '../deliver/notice.ts'
import type { NetworkStatus } from '../network.ts'

/** What became of one arrival. */
export type Reception = 'job' | 'noted' | 'refused' | 'unmapped' | 'echo' | 'duplicate' | 'ignored'

/** Milliseconds: nothing of WhatsApp lasts longer, of its own. More is nonsense, and would keep a message for ever. */
export const longestLife = 90 * 86_400_000

/**
 * A moment that somebody claims, no later than `latest`: whole milliseconds since 1970, as they can be stored. What is said of a
 * time may be any number at all.
 */
export const claimed = (time: number, latest: number): number =>
  Math.trunc(Math.min(Math.max(time, 0), latest)) || 0

/** What an inbox needs. */
export interface InboxOptions extends NoticeTools {
  /** Whose inbox it is. */
  readonly network: NetworkName
  /** Of that network: `Network.isPart`. */
  isPart?(id: string, messageId: string): boolean
  /** Where the owner is told of what needs no answer in the chat itself. */
  ownerChat?(): ChatRef | undefined
  /** Jobs were committed. */
  wake(): void
  /** The network's status changed. */
  changed(network: NetworkName, status: NetworkStatus): void
  readonly log: Log
  readonly now?: () => number
  /** What time it is out there, where what ends by itself ends; this machine's own where nothing is said. */
  readonly time?: () => number
}

/** What it takes to receive one event of a mapped chat, inside the transaction that does it. */
export interface ReceiveContext extends NoticeTools, Pick<InboxOptions, 'isPart'> {
  /** The mappings of the event's chat, the two-way one first; empty for changes of what was `written` elsewhere alone. */
  readonly mappings: readonly Mapping[]
  /** The Telegram chat in which the owner wrote the message that is changed. */
  readonly written?: ChatRef
  /** By the clock of this machine. */
  readonly now: number
  /** What time it is out there. */
  readonly time: number
  /** The network's own copy, of a message or of what a change makes of one. */
  readonly raw?: string
}
