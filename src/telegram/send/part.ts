import type { InlineKeyboardMarkup } from 'grammy/types'
import type { JoinedContent } from '../../bridge/content.ts'
import type { Media } from '../../bridge/event.ts'
import type { NoteRole } from '../../bridge/network.ts'
import type { RichText } from '../../bridge/rich-text.ts'
import type { Method } from '../api.ts'

/** One message: what a delivery is made of. Renders the same at every attempt. */
export interface Part {
  /** The call that sends it by itself. */
  readonly method: Method
  /** Everything but the chat, the topic, the reply, the buttons and the file. */
  readonly payload: Readonly<Record<string, unknown>>
  /** The buttons under it. */
  readonly markup?: Markup
  /** The one address of which a text shows a preview. */
  readonly previewUrl?: string
  /** The file that goes out with it, under the method's own field. */
  readonly file?: PartFile
  /** What is answered: the message that the event answers, or an earlier part of this delivery, by position. */
  readonly answers?: 'target' | number
  /** Neighbours with the same number leave together, as one album. */
  readonly album?: number
  /** Which item of an album it belongs to, by position. */
  readonly item?: number
  /** It says what that item was, whose file could not be had. */
  readonly lost?: true
  /** What goes out in its place when it is refused. */
  readonly plainer?: Part
  /** The words above what the sender wrote; they stay when the text is edited. */
  readonly head?: RichText
  /** It says what happened to the message, and is no part of it. */
  readonly remark?: 'pin' | 'deleted'
  /** It is a note under the message that is kept up to date. */
  readonly role?: NoteRole
  /** The texts that it may have gone out with, itself the first (`Delivery.together`); once found: those that did. */
  readonly together?: JoinedContent
  /** What it may have become since (`Delivery.edited`). */
  readonly since?: readonly Part[]
  /** How the message will look, to find it again. */
  readonly look: Look
}

export interface PartFile {
  readonly field: string
  readonly name: string
  /** Where its bytes are, or the bytes of a file that the bridge makes itself. */
  readonly source: Media | { readonly bytes: Uint8Array }
  /** A moving sticker of WhatsApp, which Telegram does not show as it is: what it is made into. */
  readonly moving?: Moving
}

/** Of pictures a GIF, or the first one alone; of a drawing one of Telegram's. */
export type Moving = 'gif' | 'still' | 'tgs'

/** What tells one message of the bot from another when its id is not known. */
export interface Look {
  /** Which of these fields a Bot API message carries; Telegram turns some kinds of files into others. */
  readonly kinds: readonly string[]
  /** Text or caption. */
  readonly words: RichText
  /** Or, where it is not known what they were: the form they have, which others have, too. */
  readonly form?: RegExp
  readonly fileSize?: number
  /** What the name of its file begins with: Telegram turns GIFs into films, and names them `….gif.mp4` (eternnoir/pyTelegramBotAPI#672). */
  readonly fileName?: string
  readonly location?: { readonly latitude: number; readonly longitude: number }
  /** Title of a venue, number of a contact. */
  readonly title?: string
}

export interface RenderOptions {
  /** Bytes that the Bot API server takes in one file. */
  readonly uploadLimit: number
  /** User id of the owner, who is meant where somebody mentions `me`. */
  readonly owner?: number
}

export type Markup = InlineKeyboardMarkup
