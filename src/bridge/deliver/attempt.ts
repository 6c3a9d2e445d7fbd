import type { Readable } from 'node:stream'
import { type Job, type Log, ownFailureLimit, type Rest } from '../../outbox/index.ts'
import type { StoredMessage } from '../../store/index.ts'
import type { ChatRef, NetworkName } from '../chat-ref.ts'
import type { Still } from '../content.ts'
import type { Delivery, Network, Picked, StandIn } from '../network.ts'
import type { FilePlace } from './files.ts'
import type { NoticeTools } from './notice.ts'

export interface CarrierOptions extends NoticeTools {
  network(name: NetworkName): Network
  /** Where the owner is told of what could not be shown; undefined when nobody is there to be told. */
  ownerChat(): ChatRef | undefined
  /** The same as the worker's: chats that say the same share their message ids. */
  readonly peerOf: (chat: ChatRef) => string
  readonly log: Log
  readonly now?: () => number
  /** What time it is out there; this machine's own where nothing is said. */
  readonly time?: () => number
}

/** What one attempt at a job works with. */
export interface AttemptContext extends CarrierOptions {
  readonly signal: AbortSignal
  readonly turn: NonNullable<Delivery['turn']>
  readonly rest: Rest
  readonly files: FilePlace
  /** Watches a file that the attempt opens. */
  readonly watch: (open: () => Promise<Readable>) => Promise<Readable>
  /** Call it when a part of the message has gone, as a message of its own or in the place of another. */
  readonly progressed: (how: { isNew: boolean }) => void
  readonly beforeSending: NonNullable<Delivery['beforeSending']>
}

/** Whether a message id means the same in a chat as in the one to which a job goes: that chat, or another topic of it. */
export const sharesIds =
  ({ target }: Job, { store, peerOf }: Pick<AttemptContext, 'store' | 'peerOf'>) =>
  (chat: ChatRef): boolean =>
    peerOf(chat) === peerOf(store.chats.resolve(target))

/** What the attempts at messages and at changes have in common. */
export const describeAttempt = (job: Job, source: NetworkName, context: AttemptContext) => {
  const { store, peerOf, signal, turn, beforeSending, rest, files, watch, network } = context
  return {
    chat: job.target,
    messageId: job.messageId,
    ...(job.mark !== undefined && { mark: job.mark }),
    ...(job.unsure && { inDoubt: true as const, ...(job.restored && { restored: true as const }) }),
    ...(job.ownFailures >= ownFailureLimit.all && { isLastTry: true as const }),
    // It may have become an alias since the job was claimed, of a chat with other ids.
    isKnown: (id: string, chat = store.chats.resolve(job.target)) =>
      store.links.chatsWith(id).some(each => peerOf(each) === peerOf(chat)),
    async openMedia(media: Parameters<Network['openMedia']>[0]) {
      // Where no call has asked for it: the file is read before anything goes out.
      if (!files.isIn) await turn(0, 'files')
      return await watch(() => network(source).openMedia(media, signal))
    },
    openStill: (still: Still) => network(source).openMedia(still, signal),
    turn,
    beforeSending,
    rest,
    signal,
  }
}

/** `words`: what of the message is meant, where it is not the whole. */
export const standInOf = (
  { id, bridge, me, author, raw, seenAt }: StoredMessage,
  words?: Picked | undefined,
): StandIn => ({
  id,
  fromMe: bridge || me,
  byBridge: bridge,
  at: seenAt,
  ...(author && { person: author }),
  ...(raw !== undefined && { raw }),
  ...(words !== undefined && { words }),
})
