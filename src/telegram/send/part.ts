import type { MediaContent } from '../../bridge/event.ts'
import type { RichText } from '../../bridge/rich-text.ts'
import type { Method } from '../api.ts'

/** One Bot API call that leaves one message: what a delivery is made of. Renders the same at every attempt. */
export interface Part {
  readonly method: Method
  /** Everything but the chat, the topic, the reply and the file. */
  readonly payload: Readonly<Record<string, unknown>>
  /** The file that goes out with it, under the method's own field. */
  readonly file?: { readonly field: string; readonly name: string; readonly content: MediaContent }
  /** What is answered: the message that the event answers, or the first message of this delivery. */
  readonly answers?: 'target' | 'first'
  /** How the message will look, to find it again. */
  readonly look: Look
}

/** What tells one message of the bot from another when its id is not known. */
export interface Look {
  /** Which of these fields a Bot API message carries; Telegram turns some kinds of files into others. */
  readonly kinds: readonly string[]
  /** Text or caption. */
  readonly words: RichText
  readonly fileSize?: number
  readonly location?: { readonly latitude: number; readonly longitude: number }
  /** Title of a venue, number of a contact. */
  readonly title?: string
}

export interface RenderOptions {
  /** Bytes that the Bot API server takes in one file. */
  readonly uploadLimit: number
}
