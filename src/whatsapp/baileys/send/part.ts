import type { proto } from '@whiskeysockets/baileys'
import type { Media } from '../../../bridge/event.ts'
import type { Member } from '../../mentions.ts'
import type { MediaKind } from '../media-keys.ts'

/** One message that an event becomes, but for what only a network can say: where its file was put, for instance. */
export interface Part {
  /** What it says: one field of content. */
  readonly message: proto.IMessage
  /** Uploaded first; what the upload says of it joins the fields of the content. */
  readonly file?: { readonly media: Media; readonly kind: MediaKind }
  /** Jids behind the `@digits` in its text. */
  readonly mentions?: readonly string[]
  /** What phones put around it, where they put something around it. */
  readonly wrapper?: 'viewOnceMessage' | 'documentWithCaptionMessage'
  /** Announces an album, of which the messages behind it are items: nothing that anybody would answer. */
  readonly announces?: boolean
  /** Which item of the album it is, by position. */
  readonly item?: number
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
