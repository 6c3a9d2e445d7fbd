import type { Log, NewJob } from '../../outbox/index.ts'
import type { Mapping } from '../../store/index.ts'
import type { ChatRef, MessageRef, NetworkName } from '../chat-ref.ts'
import type { LayOut } from '../deliver/gathered.ts'
import type { NoticeTools } from '../deliver/notice.ts'
import type { Arrival, NetworkStatus } from '../network.ts'

/** What became of one arrival. */
export type Reception = 'job' | 'noted' | 'held' | 'refused' | 'unmapped' | 'echo' | 'duplicate' | 'ignored'

/** What an inbox needs. */
export interface InboxOptions extends NoticeTools {
  /** Whose inbox it is. */
  readonly network: NetworkName
  /** Of that network: `Network.isPart`. */
  isPart?(id: string, messageId: string): boolean
  /** Of that network: `Network.layOut`. */
  readonly layOut?: LayOut
  /** Of that network: the same for a chat and its topics. Where nothing is said, each chat by itself. */
  peerOf?(chat: ChatRef): string
  /** Of that network: whether a message may be younger than a mark (`Network.mark`). Where nothing is said, any. */
  isSince?(message: MessageRef, mark: string): boolean
  /** Of the other network: its mark (`Network.mark`) from when the backup was made that was put back last. */
  markFromBackup?(target: ChatRef): string | undefined
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
export interface ReceiveContext
  extends NoticeTools,
    Pick<InboxOptions, 'isPart' | 'layOut' | 'peerOf' | 'ownerChat' | 'markFromBackup'>,
    Pick<Arrival, 'raw' | 'restored'> {
  /** The mappings of the event's chat, the two-way one first; empty for changes of what was `written` elsewhere alone. */
  readonly mappings: readonly Mapping[]
  /** The chat of the other network in which the owner wrote the message that is changed, or to which it went. */
  readonly written?: ChatRef
  /** Since when the chat is mapped, where the owner wrote it before that (`early.ts`). */
  readonly early?: number
  /** By the clock of this machine. */
  readonly now: number
  /** What time it is out there. */
  readonly time: number
}

/** A job that a backup brought back in another form: it may have been carried out since. */
export const fromBackup = (
  { restored, markFromBackup }: Pick<ReceiveContext, 'restored' | 'markFromBackup'>,
  target: ChatRef,
): Pick<NewJob, 'restored'> => {
  if (!restored) return {}
  const mark = markFromBackup?.(target)
  return { restored: mark === undefined ? {} : { mark } }
}
