import { plainText, type RichText } from '../../bridge/rich-text.ts'
import { joinRich, renderEntities } from '../entities.ts'
import { captionLimit, pieces, trimRich } from '../split.ts'
import type { Markup, Part } from './part.ts'

/** A text of more messages than this goes as a file: nobody reads the tenth, and a group takes 20 in a minute. */
export const mostParts = 5

export interface TextOptions {
  /** The buttons under it. */
  readonly markup?: Markup | undefined
  /** The one address of which a preview is shown. */
  readonly previewUrl?: string | undefined
}

/** The first part of something carries its buttons. */
export const extras = ({ markup, previewUrl }: TextOptions): Pick<Part, 'markup' | 'previewUrl'> => ({
  ...(markup && { markup }),
  ...(previewUrl !== undefined && { previewUrl }),
})

/** A text as one or more messages, or a file where it is too long for that; nothing when it is blank. */
export const renderText = (rich: RichText, options: TextOptions = {}): Part[] => {
  const texts = [...pieces(rich).take(mostParts + 1)]
  if (texts.length > mostParts) return [renderTextFile(rich, options)]
  return texts.map((words, index) =>
    textPart(words, index === 0 ? options : { previewUrl: options.previewUrl }),
  )
}

/** A text that fits into one message; where that is refused, without marks and preview. */
export const textPart = (words: RichText, options: TextOptions = {}): Part => {
  const part: Part = {
    method: 'sendMessage',
    payload: textFields(words, options.previewUrl),
    ...extras(options),
    look: { kinds: ['text'], words },
  }
  const isPlain = words.spans.length === 0 && options.previewUrl === undefined
  return isPlain
    ? part
    : { ...part, plainer: textPart(plainText(words.text), { ...options, previewUrl: undefined }) }
}

/** `text` and what belongs to it. Telegram itself would show a preview of the first address it finds. */
export const textFields = (words: RichText, previewUrl?: string): Record<string, unknown> => ({
  text: words.text,
  entities: renderEntities(words),
  link_preview_options: previewOf(previewUrl),
})

export const captionFields = (words: RichText): Record<string, unknown> => ({
  caption: words.text,
  caption_entities: renderEntities(words),
})

const previewOf = (url: string | undefined): Record<string, unknown> =>
  url !== undefined && /^https?:/i.test(url) ? { url, prefer_small_media: true } : { is_disabled: true }

/** The whole text as a file, with its beginning as the caption. */
export const renderTextFile = (rich: RichText, options: TextOptions = {}): Part => {
  const [start = plainText('')] = pieces(rich, { firstLimit: captionLimit - 1 })
  const words = joinRich(start, plainText(start.text.length < rich.text.length ? '…' : ''))
  const bytes = Buffer.from(rich.text.toWellFormed())
  return {
    method: 'sendDocument',
    payload: { ...captionFields(words), disable_content_type_detection: true },
    ...extras({ ...options, previewUrl: undefined }),
    file: { field: 'document', name: 'message.txt', source: { bytes } },
    look: { kinds: ['document'], words, fileSize: bytes.length },
  }
}

/** A part that answers the first one of its delivery. */
export const answersFirst = (part: Part): Part => ({ ...part, answers: 0 })

/** The head stands above the body, in the same message; a blank body leaves the head alone. */
export const above = (head: RichText, body: RichText): RichText => {
  const trimmed = trimRich(body)
  if (head.text === '') return trimmed
  return trimmed.text === '' ? head : joinRich(head, plainText(head.text.endsWith('\n') ? '' : '\n'), trimmed)
}
