import { type ChatRef, type MessageRef, networkOf } from '../bridge/chat-ref.ts'
import type { NoteRole } from '../bridge/network.ts'

/** A message of either network that the bridge received or sent. */
export interface StoredMessage {
  /** Row key; links and jobs point to it. */
  readonly key: number
  readonly chat: ChatRef
  readonly id: string
  /** Who wrote it; absent for the bridge's own, and where it is not known. */
  readonly author?: ChatRef
  /** Written by the owner, on another device. */
  readonly me: boolean
  /** Written by the bridge. */
  readonly bridge: boolean
  /** The network's own copy; opaque. */
  readonly raw?: string
  /** What it is, for kinds that are shown anew as a whole; JSON. */
  readonly content?: string
  /** It cannot be read yet: the real one comes under the same id. */
  readonly pending: boolean
  readonly deleted: boolean
  /** Its words were edited since it came, as far as that was written down. */
  readonly edited?: true
  /** Milliseconds since 1970. */
  readonly seenAt: number
}

/** What is remembered of a message that comes in. */
export interface NewMessage extends MessageRef {
  readonly author?: ChatRef
  readonly me: boolean
  readonly raw?: string
  readonly content?: string
  readonly pending?: boolean
  /** It is to take the place of what stands for it until now, or is on its way; it vanishes when that was to. */
  readonly late?: boolean
  /** It was taken back before it came: nothing of it is to be shown. */
  readonly deleted?: boolean
  /** When it vanishes, in milliseconds since 1970. */
  readonly expiresAt?: number
}

/** As it stands in the table `messages`. */
export interface MessageRow {
  key: number
  chat: ChatRef
  id: string
  author: ChatRef | ''
  me: number
  bridge: number
  raw: string | null
  content: string | null
  pending: number
  deleted: number
  edited_at: number | null
  seen_at: number
}

/**
 * What a linked message is to its source: it stands for it (''), holds its place until it can be read, says in `words`
 * what its file was that could not be had, is one of the messages that an album's own row became, or what announced those,
 * a remark of the bridge on what happened to it (that of earlier versions is like a part of it), or a note of the bridge
 * under it.
 */
export type LinkRole = '' | 'placeholder' | 'words' | 'album' | 'announcement' | 'remark' | NoteRole

export const fromRow = (row: MessageRow): StoredMessage => ({
  key: row.key,
  chat: row.chat,
  id: row.id,
  ...(row.author && { author: row.author }),
  me: row.me === 1,
  bridge: row.bridge === 1,
  ...(row.raw !== null && { raw: row.raw }),
  ...(row.content !== null && { content: row.content }),
  pending: row.pending === 1,
  deleted: row.deleted === 1,
  ...(row.edited_at !== null && { edited: true as const }),
  seenAt: row.seen_at,
})

/** An administrator deleted it before it was seen here: nobody knows whose it was. */
export const isTakenBack = ({ deleted, author, bridge }: StoredMessage): boolean =>
  deleted && author === undefined && !bridge

/** The same, or the owner did on the phone: what the bridge has sent to WhatsApp and not linked yet is theirs, too. */
export const isGone = (message: StoredMessage): boolean =>
  isTakenBack(message) ||
  (message.deleted && message.me && !message.bridge && networkOf(message.chat) === 'whatsapp')

/** What stands for a message as itself comes before what does so as a part of an album; a note comes last. */
export const RANK =
  "CASE l.role WHEN '' THEN 0 WHEN 'words' THEN 1 WHEN 'placeholder' THEN 1 WHEN 'album' THEN 2 ELSE 3 END"
