import type { Readable } from 'node:stream'
import type { ChatRef, MessageRef, NetworkName } from './chat-ref.ts'
import type { VotableContent } from './content.ts'
import type { BridgeEvent, ChangeEvent, Media, MessageEvent } from './event.ts'

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
   * Sends one message and resolves when the network has confirmed it. Throws `DeliveryError`.
   * Each message it becomes is reported through `delivery.onSent` at once, synchronously, so that an attempt cut off
   * in the middle goes on behind the last one.
   */
  send(delivery: Delivery): Promise<void>
  /**
   * Changes what an earlier message became. Repeating it changes nothing more, but where it has to send something new,
   * which it reports through `onSent`. What is gone on the other side, or cannot be shown there, is no error. Throws
   * `DeliveryError`.
   */
  change(change: Change): Promise<void>
  /**
   * Finds out what became of an attempt whose outcome is unknown, without sending anything. Reports what it finds
   * through `onSent`; returns whether the next part did arrive. Absent where sending again under the same id
   * is the same message.
   */
  settle?(attempt: Delivery | Change): Promise<boolean>
  /**
   * A word to remember before an attempt, from which `settle` can look for what it left behind (for Telegram: the
   * highest message id known). Stored with the job in the same commit as its state `sending`.
   */
  mark?(chat: ChatRef): string
  /** Opens a file of an event that came from this network. Throws `DeliveryError`; the stream fails when damaged. */
  openMedia(media: Media, signal: AbortSignal): Promise<Readable>
}

/** What every delivery needs, of a message or of a change. The same object serves `send` or `change`, and `settle`. */
interface Attempt {
  /** Where to. */
  readonly chat: ChatRef
  /** Chosen when the job was created; the same at every attempt. */
  readonly messageId: string
  /** The line that stands above the message, naming its sender; absent where the chat says it already. */
  readonly senderLine?: string
  /** What `mark` returned before the attempt in doubt; only for `settle`. */
  readonly mark?: string
  /** Whether a message in the target chat is known already, as ours or somebody's; only for `settle`. */
  isKnown(id: string): boolean
  /** Opens the event's file at its source, from the beginning, at every call. */
  openMedia(media: Media): Promise<Readable>
  /**
   * Resolves when a call may go out that the network counts as so many messages (1 where nothing is said; 0 waits out a
   * refusal, no more). Asked for before each call. Absent where there are no rates to keep to. Throws `DeliveryError`.
   */
  turn?(messages?: number): Promise<Turn>
  /** Aborts when the process must stop now. */
  readonly signal: AbortSignal
}

/** Leave for one call to go out. */
export interface Turn {
  /** The call has ended; whether the network counts it. */
  end(counted: boolean): void
  /** The network refused it because of its rates, for so many seconds. */
  refused(seconds: number): void
}

/** One message on its way. */
export interface Delivery extends Attempt {
  readonly event: MessageEvent
  /** The message in `chat` that this one answers, when its link is known. */
  readonly replyTo?: StandIn
  /** Messages that earlier attempts are known to have sent, in order; of an album one for each item. */
  readonly sent: readonly SentPart[]
  /** What stands in `chat` for this message until now (`MessageEvent.pending`): it is to take its place. */
  readonly placeholder?: readonly SentPart[]
  /**
   * Records one sent message and its link; committed when it returns. One that took the place of a placeholder is
   * reported under the same id.
   */
  onSent(part: SentPart): void
}

/** One change on its way. */
export interface Change extends Attempt {
  readonly event: ChangeEvent
  readonly changed: Changed
  /**
   * Records one message that had to be sent: a further part of the changed message, or with a `role` the bridge's
   * note under it. Committed when it returns; the next attempt finds it in `changed`.
   */
  onSent(part: SentPart, role?: NoteRole): void
  /** Records that a part or note is no longer there. */
  onGone(id: string): void
}

/** A message of the bridge's own under another one, which is kept up to date: who reacted, how the votes stand. */
export type NoteRole = 'reactions' | 'tally'

/** What a change is about, as it stands on the target network now. */
export interface Changed {
  /** What stands for the changed message, in order: the messages it became, or the one that it came from. */
  readonly parts: readonly StandIn[]
  /** The bridge's notes under it. */
  readonly notes: Readonly<Partial<Record<NoteRole, SentPart>>>
  /** When the changed message was seen first, in milliseconds since 1970. */
  readonly seenAt: number
  /** Of a poll or appointment: what it is. */
  readonly content?: VotableContent
  /** Everybody's reaction to it, the first one first. */
  readonly reactions: readonly Reaction[]
  /** Everybody's choice in it. */
  readonly votes: readonly Vote[]
}

export interface Reaction {
  readonly person: ChatRef
  /** What to call them; `You` for the owner. */
  readonly name: string
  readonly me: boolean
  readonly emoji: string
}

export interface Vote {
  readonly person: ChatRef
  /** What to call them; `You` for the owner. */
  readonly name: string
  readonly me: boolean
  /** Positions of the options. */
  readonly choice: readonly number[]
  readonly guests?: number
}

/** A message on the target network that stands for one on the other. */
export interface StandIn {
  readonly id: string
  /** Whether the bridge's own account wrote it on the target network. */
  readonly fromMe: boolean
  /** Whether the bridge sent it, and not its owner from another device. */
  readonly byBridge: boolean
  /** Who wrote it there, when that is not the bridge. */
  readonly person?: ChatRef
  /** The target network's own copy of the message where it stored one (`SentPart.raw`), for quoting. */
  readonly raw?: string
  /** Where it holds several texts (content `joined`): what the one that is meant says. */
  readonly words?: string
}

/** One message that a delivery became. */
export interface SentPart {
  readonly id: string
  /** What the network wants back when the message is answered, edited or asked for again; opaque. */
  readonly raw?: string
  /** Which item of an album it belongs to, by position, where that is not its own position. */
  readonly item?: number
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
  /** The network's own copy of the message, for a later quote (`StandIn.raw`). */
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

/** Finds what is known of a message in a chat, by any address of the chat. */
export type FindMessage = (message: MessageRef) => KnownMessage | undefined

export interface KnownMessage {
  /** The network's own copy (`raw`). */
  readonly raw?: string
  /** Who wrote it; absent when the bridge did. */
  readonly author?: ChatRef
  /** Written by the owner, from another device. */
  readonly me: boolean
  readonly byBridge: boolean
}
