import type { MediaContent } from '../../bridge/event.ts'
import { renderFileName, renderSize } from '../../bridge/file-name.ts'
import { plainText, type RichText } from '../../bridge/rich-text.ts'
import { joinRich } from '../entities.ts'
import { captionLimit, pieces } from '../split.ts'
import { styled } from './line.ts'
import { formOf, forms } from './media-form.ts'
import { moved } from './moving-sticker.ts'
import type { Part, RenderOptions } from './part.ts'
import {
  above,
  answersFirst,
  captionFields,
  extras,
  mostParts,
  renderText,
  renderTextFile,
  type TextOptions,
  textPart,
} from './text.ts'

/**
 * A file with its caption. What Telegram does not take as a caption goes elsewhere: all of it above a sticker or video
 * note, and what is over the limit below as an answer. A file over the server's limit becomes a text that names it.
 */
export const renderMedia = (
  content: MediaContent,
  head: RichText,
  options: RenderOptions & TextOptions,
): Part[] => {
  const as = formOf(content)
  const { media, caption } = content
  const name = renderFileName(content)
  if (media.size !== undefined && media.size > options.uploadLimit) {
    const what = as === 'document' || media.fileName !== undefined ? name : titleOf(as)
    const line = `${what} (${renderSize(media.size)}) is too big for Telegram, which takes ${renderSize(options.uploadLimit)} from a bot. Open it in WhatsApp.\n`
    return withHead(joinRich(head, plainText(line)), words => renderText(above(words, caption), options))
  }
  const form = forms[as]
  const file = {
    field: form.field,
    name,
    source: media,
    ...(as === 'sticker' && media.animated && { moving: 'still' as const }),
  }
  const look = {
    kinds: form.kinds,
    ...(media.size !== undefined && as !== 'image' && !file.moving && { fileSize: media.size }),
  }
  const payload = renderDetails(content, as)
  const buttons = extras({ markup: options.markup })
  if (!form.captioned) {
    const above = withHead(joinRich(head, viewOnceLine(content)), renderText)
    const bare: Part = {
      method: form.method,
      payload,
      ...buttons,
      file,
      look: { ...look, words: plainText('') },
      // What stands above is there already when this is refused: it does not go again with the file in another form.
      ...(above.length > 0 && { plainer: asDocument(content, buttons) }),
    }
    return [...above, file.moving ? moved(bare, media) : bare, ...renderText(caption).map(answersFirst)]
  }
  return withHead(joinRich(head, viewOnceLine(content)), words => {
    const [first = plainText(''), ...overflow] = cutCaption(above(words, caption))
    const main: Part = {
      method: form.method,
      payload: { ...payload, ...captionFields(first) },
      ...buttons,
      file,
      look: { ...look, words: first },
    }
    return [main, ...overflowParts(overflow, above(words, caption))]
  })
}

/** A file without a caption as a document, and where that is refused, too, a word in its place. */
const asDocument = (content: MediaContent, buttons: Pick<Part, 'markup'>): Part => {
  const { method, field, kinds } = forms.document
  return {
    method,
    payload: renderDetails(content, 'document'),
    ...buttons,
    file: { field, name: renderFileName(content), source: content.media },
    look: { kinds, words: plainText('') },
    plainer: textPart(plainText(`[${titleOf(content.as)} could not be carried over]`), buttons),
  }
}

/** The caption and the texts that follow it; of a very long one only the first few. */
const cutCaption = (words: RichText): RichText[] => [
  ...pieces(words, { firstLimit: captionLimit }).take(mostParts + 2),
]

const overflowParts = (overflow: readonly RichText[], whole: RichText): Part[] =>
  overflow.length > mostParts
    ? [answersFirst(renderTextFile(whole))]
    : overflow.flatMap(rest => renderText(rest)).map(answersFirst)

/** Parts whose first one begins with `head`, and remembers that. */
export const withHead = (head: RichText, render: (head: RichText) => Part[]): Part[] => {
  const [first, ...rest] = render(head)
  if (first === undefined) return []
  return [head.text === '' ? first : beginning(first, head), ...rest]
}

const beginning = ({ plainer, ...part }: Part, head: RichText): Part => ({
  ...part,
  head,
  ...(plainer && { plainer: beginning(plainer, head) }),
})

const viewOnceLine = ({ media }: MediaContent): RichText =>
  media.viewOnce ? styled('👁 View once\n', 'italic', '👁 View once'.length) : plainText('')

export const titleOf = (as: MediaContent['as']): string => {
  const words = as === 'animation' ? 'GIF' : as === 'image' ? 'photo' : as.replace('-', ' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** Sizes and lengths are claims of the sender: only sane ones are passed on. */
const renderDetails = ({ media }: MediaContent, as: MediaContent['as']): Record<string, number | boolean> => {
  const size = { ...natural(media.width, 'width'), ...natural(media.height, 'height') }
  const duration = natural(media.seconds, 'duration')
  const spoiler = media.viewOnce ? { has_spoiler: true } : {}
  switch (as) {
    case 'image':
      return spoiler
    case 'video':
      return { ...size, ...duration, ...spoiler, supports_streaming: true }
    case 'animation':
      return { ...size, ...duration, ...spoiler }
    case 'video-note':
      return { ...duration, ...natural(media.width, 'length') }
    case 'voice':
    case 'audio':
      return duration
    case 'document':
      return { disable_content_type_detection: true }
    case 'sticker':
      return {}
    default:
      return as satisfies never
  }
}

const natural = (value: number | undefined, key: string): Record<string, number> =>
  value !== undefined && value >= 1 && value < 1_000_000 ? { [key]: Math.round(value) } : {}
