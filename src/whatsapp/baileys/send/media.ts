import type { proto } from '@whiskeysockets/baileys'
import type { Media, MediaContent } from '../../../bridge/event.ts'
import { renderFileName } from '../../../bridge/file-name.ts'
import { plainText, type RichText } from '../../../bridge/rich-text.ts'
import { reject } from '../../../bridge/verdict.ts'
import type { MediaKind } from '../media/keys.ts'
import { isShown, OPUS, whatsAppTypeOf } from './media-types.ts'
import type { Part, RenderOptions } from './part.ts'
import { renderCaption, renderText } from './text.ts'

/** Equal bars. Telegram does not say how loud a voice note is, and any other line would claim to know. */
const FLAT = new Uint8Array(64).fill(16)

/** A file with its caption: in the same message where WhatsApp has captions, else in one that follows. */
export const renderMedia = (content: MediaContent, options: RenderOptions): Part[] => {
  if (content.media.size === 0) throw reject(`"${renderFileName(content)}" is empty`)
  const mimetype = whatsAppTypeOf(content)
  if (isShown(content.as, mimetype)) return renderers[content.as](content, mimetype, options)
  if (content.as === 'sticker') return renderStill(content, options)
  // A voice note in another format is still to be heard.
  const plainer = content.as === 'voice' ? 'audio' : 'document'
  const parts = renderMedia({ ...content, as: plainer }, options)
  return plainer === 'audio' ? parts : parts.map(part => ({ ...part, note: 'files' }))
}

/** What moves in a way that phones do not know: the still picture of it, or what it stands for. */
const renderStill = ({ media: { still, emoji }, caption }: MediaContent, options: RenderOptions): Part[] => {
  if (still !== undefined) {
    const stickerMessage = { isAnimated: false, ...sizeOf(still) }
    return [
      { message: { stickerMessage }, sticker: still, note: 'stills' },
      ...captionBehind(caption, options),
    ]
  }
  if (emoji === undefined) throw reject('WhatsApp shows no stickers of this kind')
  const words = renderText(plainText(emoji), options).map((part): Part => ({ ...part, note: 'stills' }))
  return [...words, ...captionBehind(caption, options)]
}

type Renderer = (content: MediaContent, mimetype: string, options: RenderOptions) => Part[]

const renderers: Readonly<Record<MediaContent['as'], Renderer>> = {
  image: (content, mimetype, options) => {
    const { text: caption, mentions } = renderCaption(content.caption, options)
    const imageMessage = { mimetype, caption, ...sizeOf(content.media), ...onceOf(content.media) }
    return [{ message: { imageMessage }, ...fileOf(content, 'Image'), mentions }]
  },

  video: (content, mimetype, options) => renderFilm(content, { mimetype, ...onceOf(content.media) }, options),

  animation: (content, mimetype, options) => renderFilm(content, { mimetype, gifPlayback: true }, options),

  'video-note': (content, mimetype, options) => {
    const ptvMessage = { mimetype, ...sizeOf(content.media), ...lengthOf(content.media) }
    return renderBare({ ptvMessage }, 'Video', { content, options })
  },

  voice: (content, _mimetype, options) => {
    const { waveform } = content.media
    const audioMessage = {
      mimetype: OPUS,
      ptt: true,
      waveform: waveform === undefined ? FLAT : Uint8Array.from(waveform),
      // Of one that is shorter than half a second Telegram says 0.
      seconds: 1,
      ...lengthOf(content.media),
    }
    return renderBare({ audioMessage }, 'Audio', { content, options })
  },

  audio: (content, type, options) => {
    const mimetype = type === 'audio/ogg' ? OPUS : type
    const audioMessage = { mimetype, ptt: false, ...lengthOf(content.media) }
    return renderBare({ audioMessage }, 'Audio', { content, options })
  },

  sticker: (content, mimetype, options) => {
    const stickerMessage = { mimetype, isAnimated: content.media.animated ?? false, ...sizeOf(content.media) }
    return renderBare({ stickerMessage }, 'Image', { content, options })
  },

  document: (content, mimetype, options) => {
    const { text: caption, mentions } = renderCaption(content.caption, options)
    const fileName = renderFileName(content)
    const documentMessage = { mimetype, fileName, title: fileName, ...(caption !== '' && { caption }) }
    return [{ message: { documentMessage }, ...fileOf(content, 'Document'), mentions }]
  },
}

const renderFilm = (
  content: MediaContent,
  fields: proto.Message.IVideoMessage,
  options: RenderOptions,
): Part[] => {
  const { text: caption, mentions } = renderCaption(content.caption, options)
  const videoMessage = { ...fields, caption, ...sizeOf(content.media), ...lengthOf(content.media) }
  return [{ message: { videoMessage }, ...fileOf(content, 'Video'), mentions }]
}

/** What has no caption on WhatsApp: it follows. */
const renderBare = (
  message: proto.IMessage,
  kind: MediaKind,
  { content, options }: { content: MediaContent; options: RenderOptions },
): Part[] => [{ message, ...fileOf(content, kind) }, ...captionBehind(content.caption, options)]

const fileOf = ({ media }: MediaContent, kind: MediaKind): Pick<Part, 'file' | 'still'> => ({
  file: { media, kind },
  ...(media.still !== undefined && { still: media.still }),
})

const captionBehind = (caption: RichText, options: RenderOptions): Part[] =>
  caption.text === '' ? [] : renderText(caption, options)

/** Not wrapped as phones do it: what is wrapped Baileys sends without its type, and then it does not arrive (README.md). */
const onceOf = ({ viewOnce }: Media): { viewOnce?: true } => (viewOnce === true ? { viewOnce } : {})

/** Sizes and lengths are claims of the sender: only sane ones are passed on. */
const sizeOf = ({ width, height }: Pick<Media, 'width' | 'height'>): { width?: number; height?: number } =>
  isSane(width) && isSane(height) ? { width: Math.round(width), height: Math.round(height) } : {}

const lengthOf = ({ seconds }: Media): { seconds?: number } =>
  isSane(seconds) ? { seconds: Math.round(seconds) } : {}

const isSane = (value: number | undefined): value is number =>
  value !== undefined && value >= 1 && value < 1_000_000
