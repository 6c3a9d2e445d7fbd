import type { Readable } from 'node:stream'
import type { ChatRef, MessageRef, NetworkName } from './chat-ref.ts'
import type { BridgeEvent, Media } from './event.ts'

/**
 * One side of the bridge. WhatsApp and Telegram are both this; the bridge never asks which.
 *
 * A network hands in what happens there (`Inbox.receive`) and carries out deliveries (`send`). It knows neither the
 * store nor the outbox: what it must remember, it keeps in the `SessionStore` it is given.
 */
export interface Network extends AsyncDisposable {
  readonly name: NetworkName
  /** Connects and stays connected, reconnecting by itself, until disposed. Resolves when the first try has begun. */
  start(): Promise<void>
  readonly status: NetworkStatus
  /** A new message id to send under, or any unique word where the network chooses ids itself. */
  newMessageId(): string
  /**
   * Sends one event and resolves when the network has confirmed it. Throws `DeliveryError`.
   * Each message it becomes is reported through `delivery.onSent` at once, synchronously, so that an attempt cut off
   * in the middle goes on behind the last one.
   */
  send(delivery: Delivery): Promise<void>
  /**
   * Finds out what became of an attempt whose outcome is unknown, without sending anything. Reports what it finds
   * through `delivery.onSent`; returns whether the next part did arrive. Absent where sending again under the same id
   * is the same message.
   */
  settle?(delivery: Delivery): Promise<boolean>
  /**
   * A word to remember before an attempt, from which `settle` can look for what it left behind (for Telegram: the
   * highest message id known). Stored with the job in the same commit as its state `sending`.
   */
  mark?(chat: ChatRef): string
  /** Opens a file of an event that came from this network. Throws `DeliveryError`; the stream fails when damaged. */
  openMedia(media: Media, signal: AbortSignal): Promise<Readable>
}

/** Everything one delivery needs. The same object serves `send` and `settle`. */
export interface Delivery {
  readonly event: BridgeEvent
  /** Where to. */
  readonly chat: ChatRef
  /** Chosen when the job was created; the same at every attempt. */
  readonly messageId: string
  /** The line that stands above the message, naming its sender; absent where the chat says it already. */
  readonly senderLine?: string
  /** The message in `chat` that this one answers, when its link is known. */
  readonly replyTo?: ReplyTarget
  /** Messages that earlier attempts are known to have sent, in order. */
  readonly sent: readonly SentPart[]
  /** What `mark` returned before the attempt in doubt; only for `settle`. */
  readonly mark?: string
  /** Records one sent message and its link; committed when it returns. */
  onSent(part: SentPart): void
  /** Whether a message in the target chat is known already, as ours or somebody's; only for `settle`. */
  isKnown(id: string): boolean
  /** Opens the event's file at its source, from the beginning, at every call. */
  openMedia(media: Media): Promise<Readable>
  /** Aborts when the process must stop now. */
  readonly signal: AbortSignal
}

export interface ReplyTarget {
  readonly id: string
  /** Whether the bridge's own account wrote it on the target network. */
  readonly fromMe: boolean
  /** Who wrote it there, when that is not the bridge. */
  readonly person?: ChatRef
  /** The target network's own copy of the message where it stored one (`SentPart.raw`), for quoting. */
  readonly raw?: string
}

/** One message that a delivery became. */
export interface SentPart {
  readonly id: string
  /** What the network wants back when the message is answered, edited or asked for again; opaque. */
  readonly raw?: string
}

/**
 * Where a network brings what happened. `receive` commits the events as jobs and, in the same transaction, whatever
 * `alongside` writes to the session store (an offset, a journal mark): when it returns, both are on disk, and only then
 * may the network be told that we have them. Throws when the disk does not take it; then nothing was written.
 */
export interface Inbox {
  receive(arrivals: readonly Arrival[], alongside?: () => void): void
  /** Records what is known of a chat or person; never creates a message. */
  learn(chat: KnownChat): void
  /** The network is reachable again: lanes that waited for it go on. Called at every change of `status`. */
  changed(status: NetworkStatus): void
}

/** An event on its way in, with what its network knows beside it. */
export interface Arrival {
  readonly event: BridgeEvent
  /** Other addresses of the same chat that came with the message: a phone number beside a LID. */
  readonly aliases?: readonly ChatRef[]
  /** Same for the sender. */
  readonly senderAliases?: readonly ChatRef[]
  /** The network's own copy of the message, for a later quote (`ReplyTarget.raw`). */
  readonly raw?: string
}

export interface KnownChat {
  readonly chat: ChatRef
  /** Other addresses of the same chat. */
  readonly aliases?: readonly ChatRef[]
  readonly kind?: ChatKind
  /** The name the owner gave it, or the group's subject. */
  readonly name?: string
  /** The name people give themselves. */
  readonly pushName?: string
  /** Milliseconds since 1970. */
  readonly lastActivity?: number
}

export type ChatKind = 'person' | 'group' | 'channel' | 'broadcast'

export interface NetworkStatus {
  readonly state: 'unlinked' | 'connecting' | 'connected' | 'logged_out' | 'stopped'
  /** Who is linked: a WhatsApp address or a bot's `@name`. */
  readonly account?: string
  readonly name?: string
  /** Why it is not connected, for a person. */
  readonly problem?: string
}

/**
 * What a network keeps between runs: rows of text by type and id, in one SQLite file with everything else. All of it
 * is synchronous, so that a caller can put its own write and the bridge's in one transaction.
 */
export interface SessionStore {
  get(type: string, id: string): string | undefined
  /** Rows of one type in the order in which they were first written. */
  list(type: string): Iterable<{ id: string; value: string }>
  /** Sets (or, with `null`, deletes) rows, all or none. */
  set(changes: readonly SessionChange[]): void
  /** Runs `work` so that all its writes are committed together, or none when it throws. May be nested. */
  transaction<T>(work: () => T): T
  /** Deletes every row of this connection: the link is gone. */
  clear(): void
}

export interface SessionChange {
  readonly type: string
  readonly id: string
  readonly value: string | null
}

/** Finds the network's own copy of a message (`raw`) that was sent or received in a chat. */
export type FindRaw = (message: MessageRef) => string | undefined
