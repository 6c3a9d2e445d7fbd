import type { Readable } from 'node:stream'
import type { ChatRef } from './chat-ref.ts'
import type { JoinedContent, Still, VotableContent } from './content.ts'
import type { ChangeEvent, ChangeOf, Media, MessageEvent } from './event.ts'
import type { RichText } from './rich-text.ts'

/** What every delivery needs, of a message or of a change. The same object serves `send` or `change`, and `settle`. */
interface Attempt {
  /** Where to. */
  readonly chat: ChatRef
  /** Chosen when the job was created; the same at every attempt. */
  readonly messageId: string
  /** The line that stands above the message, naming its sender; absent where the chat says it already. */
  readonly senderLine?: string
  /** An earlier attempt may have sent some of it, whatever came back. */
  readonly inDoubt?: true
  /** What `mark` returned before the attempt in doubt; only for `settle`. */
  readonly mark?: string
  /**
   * A backup brought it back: it may have been changed since; only for `settle`. Of messages, a picture
   * (`MessageEvent.album`) that came too late for its album here may stand in the one that it answers.
   */
  readonly restored?: true
  /** What else may stand in `chat` without a link, so that what is found may be that; only for `settle`. */
  beside?(): readonly Beside[]
  /** Whether a message is known already, as ours or somebody's, in `chat` where no other one is named; only for `settle`. */
  isKnown(id: string, chat?: ChatRef): boolean
  /** Opens the event's file at its source, from the beginning, at every call. */
  openMedia(media: Media): Promise<Readable>
  /**
   * Resolves when a call may go out that the network counts as so many messages (1 where nothing is said; 0 waits out a
   * refusal, no more), with files or without. Asked for before each call: as long as it is not, nothing of the attempt
   * can be there. Absent where there are no rates to keep to. Throws `DeliveryError`.
   */
  turn?(messages?: number, what?: 'files'): Promise<Turn>
  /**
   * To be called before each call that leaves a message. Throws `DeliveryError` where no more are to be sent, and only what
   * may be repeated is done.
   */
  beforeSending?(): void
  /** The network, which takes others, has failed at it for so long that what it fails at now is refused, and the rest goes. */
  readonly isLastTry?: true
  /** Waits for something that takes nothing from other deliveries, so that they go on in the meantime. */
  rest?<T>(what: Promise<T>): Promise<T>
  /** Aborts when the process must stop now. */
  readonly signal: AbortSignal
}

/** Leave for one call to go out. */
export interface Turn {
  /** The call has ended; whether the network counts it. */
  end(counted: boolean): void
  /** Its answer was lost: whether the network counts it, and when, nobody knows. */
  lost(): void
  /** The network refused it because of its rates, for so many seconds. */
  refused(seconds: number): void
  /** Resolves when the last byte of its files may go out: before that, the network cannot count it. */
  lastByte(): Promise<void>
}

/** What decides how a message reads. */
export type Outline = Pick<Delivery, 'event' | 'senderLine' | 'replyTo'>

/** One message on its way. */
export interface Delivery extends Attempt {
  readonly event: MessageEvent
  /** The message in `chat` that this one answers, when its link is known. */
  readonly replyTo?: StandIn
  /** How it was rendered (`Network.render`) when this attempt began, or an earlier one that must not read otherwise. */
  readonly rendered?: string
  /** Messages that earlier attempts are known to have sent, in order; of an album what announces it, and one for each item. */
  readonly sent: readonly SentPart[]
  /**
   * After a backup was put back: the texts, this one first, that may have gone out together since then, the first few
   * of them or all and others behind them; only for `settle`.
   */
  readonly together?: JoinedContent
  /** After a backup was put back: what the message may say since then, for it may have been edited; only for `settle`. */
  readonly edited?: readonly MessageEvent[]
  /**
   * Other albums that may stand in `chat` or beside it in the same group, without a link: in doubt, or given up so; only
   * for `settle`.
   */
  albumsBeside?(): readonly AlbumBeside[]
  /** What stands in `chat` for this message until now (`MessageEvent.pending`): it is to take its place. */
  readonly placeholder?: readonly SentPart[]
  /** The bridge's note under that: it goes with it, but where the message takes its place. */
  readonly note?: SentPart
  /**
   * Records one sent message and its link; committed when it returns. One that took the place of a placeholder is
   * reported under the same id.
   */
  onSent(part: SentPart): void
  /** Opens a still as `openMedia` opens files; that it cannot be had is no failure of the file. */
  openStill(still: Still): Promise<Readable>
  /** Says something about this message to whoever sent it, as an answer to it: that a part of it was left behind. */
  tell(text: string): void
}

/** What may have arrived: given up, or in doubt, too; of a change that of another one, where no name tells them apart. */
export interface Beside {
  /** What `mark` returned when it was given up: nothing of it came later. Absent where it was not, or that is not known. */
  readonly mark?: string
  /** As it went out, if it did (`Network.render`). */
  readonly rendered: string
  /** It is looked for by itself: what can be no other than that one is not this one. */
  readonly inDoubt?: true
}

/** What `mark` returned around an album that may have arrived, where that is known. */
export interface AlbumBeside {
  /** Before its attempt: nothing of it came earlier. */
  readonly since?: string
  /** When it was given up: nothing of it came later. */
  readonly until?: string
}

/** One change on its way. */
export interface Change extends Attempt {
  readonly event: ChangeEvent
  readonly changed: Changed
  /** What `onSending` kept in the attempt in doubt, where that was not recorded since; only for `settle`. */
  readonly rendered?: string
  /** Keeps a message that is about to be sent, as one text, to be looked for as it went out. Committed when it returns. */
  onSending(message: string): void
  /**
   * Records one message that had to be sent: a further part of the changed message, or with a `role` the bridge's
   * note or remark under it. Or, of a part that is known, what the network's own copy (`raw`) of it is now. Committed when it
   * returns; the next attempt finds it in `changed`.
   */
  onSent(part: SentPart, role?: NoteRole | 'remark'): void
  /**
   * Records a message that has carried the change and is none that people see, where the network has such messages: who
   * cannot read it asks for it by its id, and other devices of the account may hand it back.
   */
  onCarried(carrier: Pick<SentPart, 'id' | 'raw'>): void
  /** Records that a part or note is no longer there. */
  onGone(id: string): void
}

/** A message of the bridge's own under another one, which is kept up to date: who reacted, how the votes stand. */
export type NoteRole = 'reactions' | 'tally'

/** What a change is about, as it stands on the target network now. */
export interface Changed {
  /** What stands for the changed message, in order: the messages it became, or the one that it came from. */
  readonly parts: readonly StandIn[]
  /** More of what it became stands in a chat that this one was before, and is out of reach: that was its beginning. */
  readonly isRest?: boolean
  /** The bridge's notes under it. */
  readonly notes: Readonly<Partial<Record<NoteRole, SentPart>>>
  /** Of one text of several in a message: how it was deleted, which changes the words of the others' message. */
  readonly gone?: ChangeOf<'deletion'>['by']
  /** Of a picture of an album that somebody has deleted: what stands for the first of those that stay. */
  readonly heir?: StandIn
  /** When the changed message was seen first, in milliseconds since 1970. */
  readonly seenAt: number
  /** Of a poll or appointment: what it is. */
  readonly content?: VotableContent
  /** Everybody's reaction to it, the first one first. */
  readonly reactions: readonly Reaction[]
  /** Of a message that the bridge sent for its owner: what became of it, where that is known; of an album of all of it. */
  readonly receipt?: 'delivered' | 'read'
  /** Everybody's choice in it. */
  readonly votes: readonly Vote[]
  /** Of a poll: nobody may vote in it any more. */
  readonly isOver: boolean
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
  /** Where it stands, if that is not where it is answered: a status is answered in the chat of whoever posted it. */
  readonly chat?: ChatRef
  /** Whether the bridge's own account wrote it on the target network. */
  readonly fromMe: boolean
  /** Whether the bridge sent it, and not its owner from another device. */
  readonly byBridge: boolean
  /** Who wrote it there, when that is not the bridge. */
  readonly person?: ChatRef
  /** When it was sent there, or seen there first, where that is known; in milliseconds since 1970. */
  readonly at?: number
  /** The target network's own copy of the message where it stored one (`SentPart.raw`), for quoting. */
  readonly raw?: string
  /** Where it holds several texts (content `joined`): what the one that is meant says. */
  readonly words?: Picked
}

/** Words of a message, picked out of the others. */
export interface Picked {
  readonly said: RichText
  /** Where they begin in the message, in UTF-16 units; absent where that is not known. */
  readonly at?: number
}

/** How several texts (content `joined`) stand in the messages that show them. */
export interface Layout {
  /** What each of the messages says, as far as that is known. */
  readonly texts: readonly string[]
  /** In order; one that goes over two messages has a place in each, one that is not shown has none. */
  readonly places: readonly TextPlace[]
}

/** Where one of the texts stands, in UTF-16 units of one message. */
export interface TextPlace {
  /** Which of the texts, by position. */
  readonly item: number
  /** Which of the messages, by position. */
  readonly part: number
  /** With what stands above it: who said it, what it answers. */
  readonly from: number
  readonly to: number
  /** The text itself, as far as it stands in this message; may be blank. */
  readonly words: Picked & { readonly at: number }
}

/** One message that a delivery became. */
export interface SentPart {
  readonly id: string
  /** What the network wants back when the message is answered, edited or asked for again; opaque. */
  readonly raw?: string
  /** Which item of an album it belongs to, by position, where that is not its own position. */
  readonly item?: number
  /** It is words for an item whose file could not be had, and gives way to that. */
  readonly lost?: true
  /** It announces the album whose items follow, and is none of them. */
  readonly announces?: true
  /** The texts that it was found to hold: the first few of `Delivery.together`, and what follows as one without an id. */
  readonly together?: JoinedContent
  /** When it vanishes there by itself, in milliseconds since 1970. */
  readonly expiresAt?: number
}
