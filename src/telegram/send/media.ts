import type { MediaContent } from '../../bridge/event.ts'
import { renderFileName, renderSize } from '../../bridge/file-name.ts'
import { plainText, type RichText } from '../../bridge/rich-text.ts'
import { reject } from '../../bridge/verdict.ts'
import type { Method } from '../api.ts'
import { renderEntities } from '../entities.ts'
import { captionLimit, splitText } from '../split.ts'
import type { Part, RenderOptions } from './part.ts'
import { above, renderText } from './text.ts'

const photoLimit = 10 * 1024 * 1024
const photoSides = 10_000
const photoRatio = 20

interface Form {
  readonly method: Method
  readonly field: string
  readonly captioned: boolean
  /** What the answer may call it: Telegram looks into files and decides for itself. */
  readonly kinds: readonly string[]
}

const forms: Readonly<Record<MediaContent['as'], Form>> = {
  image: { method: 'sendPhoto', field: 'photo', captioned: true, kinds: ['photo'] },
  video: { method: 'sendVideo', field: 'video', captioned: true, kinds: ['video', 'animation', 'document'] },
  animation: {
    method: 'sendAnimation',
    field: 'animation',
    captioned: true,
    kinds: ['animation', 'video', 'document'],
  },
  'video-note': {
    method: 'sendVideoNote',
    field: 'video_note',
    captioned: false,
    kinds: ['video_note', 'video', 'document'],
  },
  voice: { method: 'sendVoice', field: 'voice', captioned: true, kinds: ['voice', 'audio', 'document'] },
  audio: { method: 'sendAudio', field: 'audio', captioned: true, kinds: ['audio', 'voice', 'document'] },
  document: {
    method: 'sendDocument',
    field: 'document',
    captioned: true,
    kinds: ['document', 'audio', 'video', 'animation', 'sticker', 'photo', 'voice'],
  },
  sticker: {
    method: 'sendSticker',
    field: 'sticker',
    captioned: false,
    kinds: ['sticker', 'document', 'photo'],
  },
}

/**
 * A file with its caption. What Telegram does not take as a caption goes elsewhere: all of it above a sticker or video
 * note, and what is over the limit below as an answer. A file over the server's limit becomes a text that names it.
 */
export const renderMedia = (
  content: MediaContent,
  head: RichText,
  { uploadLimit }: RenderOptions,
): Part[] => {
  const { as, media, caption } = content
  const name = renderFileName(content)
  if (media.size !== undefined && media.size > uploadLimit) {
    const what = plainText(
      `${as === 'document' || media.fileName !== undefined ? name : titleOf(as)} (${renderSize(media.size)}) is too big for Telegram, which takes ${renderSize(uploadLimit)} from a bot. Open it in WhatsApp.`,
    )
    return renderText(above(head, above({ ...what, text: `${what.text}\n` }, caption)))
  }
  const form = forms[as]
  const file = { field: form.field, name, content }
  const look = {
    kinds: form.kinds,
    ...(media.size !== undefined && as !== 'image' && { fileSize: media.size }),
  }
  const details = renderDetails(content)
  if (!form.captioned) {
    return [
      ...renderText(head),
      { method: form.method, payload: details, file, look: { ...look, words: plainText('') } },
      ...renderText(caption).map(answerFirst),
    ]
  }
  const [words = plainText(''), ...overflow] = splitText(above(head, caption), { firstLimit: captionLimit })
  return [
    {
      method: form.method,
      payload: { ...details, caption: words.text, caption_entities: renderEntities(words) },
      file,
      look: { ...look, words },
    },
    ...overflow.flatMap(rest => renderText(rest)).map(answerFirst),
  ]
}

const answerFirst = (part: Part): Part => ({ ...part, answers: 'first' })

const titleOf = (as: MediaContent['as']): string => {
  const words = as.replace('-', ' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** Sizes and lengths are claims of the sender: only sane ones are passed on. */
const renderDetails = ({ as, media }: MediaContent): Record<string, number | boolean> => {
  const width = natural(media.width)
  const height = natural(media.height)
  const duration = natural(media.seconds)
  switch (as) {
    case 'video':
      return { ...width('width'), ...height('height'), ...duration('duration'), supports_streaming: true }
    case 'animation':
      return { ...width('width'), ...height('height'), ...duration('duration') }
    case 'video-note':
    case 'voice':
    case 'audio':
      return duration('duration')
    case 'document':
      return { disable_content_type_detection: true }
    default:
      return {}
  }
}

const natural =
  (value: number | undefined) =>
  (key: string): Record<string, number> =>
    value !== undefined && value >= 1 && value < 1_000_000 ? { [key]: Math.round(value) } : {}

/** Throws `reject` for what Telegram would refuse as a photo by its claimed size, before a byte is loaded. */
export const checkPhoto = ({ as, media: { size = 0, width = 0, height = 0 } }: MediaContent): void => {
  if (as !== 'image') return
  const ratio = width > 0 && height > 0 ? Math.max(width / height, height / width) : 1
  if (size > photoLimit)
    throw reject(`The picture has ${renderSize(size)}, and Telegram takes 10 MB as a photo`)
  if (width + height > photoSides || ratio > photoRatio) {
    throw reject(`Telegram takes no photo of ${width} × ${height} pixels`)
  }
}
