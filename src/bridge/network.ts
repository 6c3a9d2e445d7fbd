import type { Readable } from 'node:stream'
import type { ChatRef, MessageRef, NetworkName } from './chat-ref.ts'
import type { JoinedContent } from './content.ts'
import type { Change, Delivery, Layout, Outline, SentPart } from './delivery.ts'
import type { BridgeEvent, Media } from './event.ts'

export type * from './delivery.ts'

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
   * Whether one of the messages that go out for the delivery with that id has this one. Absent where the network chooses
   * ids itself.
   */
  isPart?(id: string, messageId: string): boolean
  /** The id of the message at a position among those, from 0. Absent where `isPart` is. */
  partId?(messageId: string, position: number): string
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
   * through `onSent`; returns whether the next part did arrive. `perhaps`: after a backup was put back, it is not there
   * as it was, but may have been changed or deleted since. `repeats`: nothing new was to be sent, and doing it
   * again changes nothing more. Absent where sending again under the same id is the same message.
   */
  settle?(attempt: Delivery | Change): Promise<Settled>
  /** The delivery with that id is given up: what `settle` remembers of it for the next attempt is needed no more. */
  forget?(messageId: string): void
  /**
   * A word to remember before an attempt, from which `settle` can look for what it left behind (for Telegram: the
   * highest message id known). Stored with the job in the same commit as its state `sending`. `backup`: the word from
   * when the backup was made that was put back last.
   */
  mark?(chat: ChatRef, from?: 'backup'): string
  /**
   * The messages that a delivery is made of, as one text to be handed back as `Delivery.rendered`: the config, the time
   * zone and the program may change until it is known whether they arrived. Pure.
   */
  render?(delivery: Outline): string
  /** Where in the messages that were sent for it, in order, the texts of a `joined` content stand. Pure. */
  layOut?(content: JoinedContent, parts: readonly SentPart[]): Layout
  /** Opens a file of an event that came from this network. Throws `DeliveryError`; the stream fails when damaged. */
  openMedia(media: Media, signal: AbortSignal): Promise<Readable>
}

/** What became of an attempt in doubt (`Network.settle`). */
export type Settled = boolean | 'perhaps' | 'repeats'

/**
 * Where a network brings what happened. `receive` commits the events as jobs and, in the same transaction, whatever
 * `alongside` writes to the session store (an offset, a journal mark): when it returns, both are on disk, and only then
 * may the network be told that we have them. Throws `StoreError` when the disk does not take it, and anything else when
 * these events cannot be stored as they are; then nothing was written.
 */
export interface Inbox {
  receive(arrivals: readonly Arrival[], alongside?: () => void): void
  /** Records what is known of a chat or person; never creates a message. */
  learn(chat: KnownChat): void
  /** Somebody who may not write through the bridge has written in a chat: nothing of it crosses. Call it as `shutOut`. */
  overheard(stranger: Overheard): void
  /** It was thrown out of a chat and its topics. Call it in the transaction that takes the news. */
  shutOut(news: ShutOut): void
  /** How it stands with the account in one respect: what the owner must know is said once. */
  standing(standing: Standing): void
  /** The network is reachable again: lanes that waited for it go on. Called at every change of `status`. */
  changed(status: NetworkStatus): void
}

export interface ShutOut {
  readonly chat: ChatRef
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What a network lets an account do. */
export interface Standing {
  /** Which respect, in a word. */
  readonly about: string
  /** What the owner should know, under an id that is another one when it is news; absent when all is well. */
  readonly trouble?: { readonly id: string; readonly text: string }
}

/** Somebody who may not send through the bridge has written in a chat. */
export interface Overheard {
  readonly chat: ChatRef
  /** What they call themselves. */
  readonly name: string
  /** By which the config would name them as an owner; absent for a channel, in whose name anybody may write. */
  readonly userId?: string
}

/** An event on its way in, with what its network knows beside it. */
export interface Arrival {
  readonly event: BridgeEvent
  /** It may have come before the message that it is about. */
  readonly isAhead?: boolean
  /** Other addresses of the same chat that came with the message: a phone number beside a LID. */
  readonly aliases?: readonly ChatRef[]
  /** Same for the sender. */
  readonly senderAliases?: readonly ChatRef[]
  /** The network's own copy of the message (`StandIn.raw`); with a change, of the message as it is then. */
  readonly raw?: string
  /** What the owner is told under their message of what is left of it behind. */
  readonly remark?: string
  /** It came with a backup that was put back, and may have been dealt with since that was made. */
  readonly restored?: true
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
  /** Its other address, if it has one, which stays when the first changes. */
  readonly lid?: string
  readonly name?: string
  /** Why it is not connected, for a person. */
  readonly problem?: string
  /** It takes messages though it is not connected: only nothing is heard of it. */
  readonly takes?: true
  /** Who must act where it does not go on by itself: a person (who links it, mends a token) or a new process. */
  readonly needs?: 'person' | 'restart'
  /** Everything that has happened there is with the bridge, as far as can be known. */
  readonly upToDate?: boolean
  /** While what waited on the server comes in: how many messages of how many. */
  readonly catchingUp?: { readonly done: number; readonly total: number }
}

/** Whether anything can be sent there now. */
export const takesMessages = ({ state, takes }: NetworkStatus): boolean =>
  state === 'connected' || takes === true

/**
 * What a network keeps between runs: rows of text by type and id, in one SQLite file with everything else. All of it
 * is synchronous, so that a caller can put its own write and the bridge's in one transaction. Throws `StoreError` when the
 * disk is the cause.
 */
export interface SessionStore {
  get(type: string, id: string): string | undefined
  /** Rows of one type in the order in which they were first written. */
  list(type: string): Iterable<{ id: string; value: string }>
  /** Sets (or, with `null`, deletes) rows, all or none. */
  set(changes: readonly SessionChange[], options?: CommitOptions): void
  /** Runs `work` so that all its writes are committed together, or none when it throws. May be nested. */
  transaction<T>(work: () => T): T
  /** Deletes every row of this connection: the link is gone. */
  clear(): void
}

export interface CommitOptions {
  /**
   * `false` for what may be forgotten in a power cut, as long as nothing was committed since; a crash of the process never
   * loses it. It spares the disk a flush. `true` when absent, and inside another transaction that one's.
   */
  readonly flush?: boolean
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
  /** It cannot be read yet; a placeholder stands for it. */
  readonly pending?: boolean
  /** It was taken back: nothing about it means anything any more. */
  readonly deleted?: boolean
}
