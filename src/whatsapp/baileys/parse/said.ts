import type { proto, WAMessageKey } from '@whiskeysockets/baileys'
import type { ChatRef } from '../../../bridge/chat-ref.ts'
import type { ChangeEvent, Content } from '../../../bridge/event.ts'
import type { ParseContext } from './context.ts'
import type { Unwrapped } from './unwrap.ts'

/** One field of a message, where it is set. */
export type Field<F extends keyof proto.IMessage> = NonNullable<proto.IMessage[F]>

/** What a reader may look at beside the field that it reads. */
export interface Scene extends ParseContext {
  /** As it came over the wire. */
  readonly key: WAMessageKey
  readonly chat: ChatRef
  readonly sender: Sender
  /** What rode along, from the outermost wrapper in. */
  readonly info: proto.IMessageContextInfo
  /** Reads a message that was inside another. */
  say(message: proto.IMessage): Said
  peel(message: proto.IMessage): Unwrapped
}

interface Sender {
  readonly person: ChatRef
  readonly me: boolean
  /** Under which others may know them. */
  readonly addresses: readonly string[]
}

/** A message, before it is known who sent it where. */
export interface SaidMessage {
  readonly content: Content
  /** The message it is about, where that is not a quote. */
  readonly about?: string
  readonly silent?: boolean
  readonly album?: { readonly id: string; readonly index?: number }
  /** The message that it needs to be read, which has not come yet: till then this stands for it. */
  readonly holds?: string
}

type Body<T> = T extends ChangeEvent
  ? Omit<T, 'version' | 'chat' | 'id' | 'sender' | 'sentAt' | 'silent'> & { readonly sentAt?: number }
  : never

/**
 * A change of an earlier message. Of the key that names it only the id counts, and in a group whose it is that is reacted to, pinned,
 * or deleted by an administrator: the rest is written in the frame of whoever sent it, with addresses of either kind.
 */
export interface SaidChange {
  readonly change: Body<ChangeEvent>
  /** Instead of the message's own id, where that is the id of what is changed. */
  readonly id?: string
  /** The copy of the changed message that is to be kept from now on. */
  readonly raw?: string
  /** A group whose administrators decide whether this is believed. */
  readonly asks?: string
}

/** What makes no event, and why. */
export interface Ignored {
  readonly ignored: string
  /** For now: the message that it is about, by id, has not come yet. */
  readonly holds?: string
}

export type Said = SaidMessage | SaidChange | Ignored
