import type { proto } from '@whiskeysockets/baileys'
import type { Still } from '../../../bridge/content.ts'
import type { Media } from '../../../bridge/event.ts'
import type { Member } from '../../mentions.ts'
import type { MediaKind } from '../media/keys.ts'
import type { Note } from './notes.ts'

/** One message that an event becomes, but for what only a network can say: where its file was put, for instance. */
export interface Part {
  /** What it says: one field of content. */
  readonly message: proto.IMessage
  /** Uploaded first; what the upload says of it joins the fields of the content. */
  readonly file?: {
    readonly media: Media
    readonly kind: MediaKind
    /** What it turned out to be, in place of what its sender says. */
    readonly retyped?: string
  }
  /** Shown until the file has been loaded, where it is a JPEG. */
  readonly still?: Still
  /** In place of `file`: sent as a sticker or as a photo, whichever it turns out to be. */
  readonly sticker?: Still
  /** A link in the text, in the very words that stand there, that gets a preview. */
  readonly previewOf?: string
  /** Jids behind the `@digits` in its text. */
  readonly mentions?: readonly string[]
  /** Announces an album, of which the messages behind it are items. Phones quote it when they answer the album. */
  readonly announces?: boolean
  /** Which item of the album it is, by position. */
  readonly item?: number
  /** What the sender is told when it has gone out, the first time. */
  readonly note?: Note
}

/** What rendering must know beside the content. */
export interface RenderOptions {
  /** The line above the message that names its sender. */
  readonly senderLine?: string
  /** Who may be mentioned: the members of the group. */
  readonly members?: readonly Member[]
}

/** The same message with more in its one field of content. */
export const extend = (message: proto.IMessage, more: object): proto.IMessage =>
  Object.fromEntries(Object.entries(message).map(([field, content]) => [field, { ...content, ...more }]))
