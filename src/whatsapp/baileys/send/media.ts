import type { Media, MediaContent } from '../../../bridge/event.ts'
import { renderFileName } from '../../../bridge/file-name.ts'
import { reject } from '../../../bridge/verdict.ts'
import type { MediaKind } from '../media-keys.ts'
import { isShown, mimeTypeOf } from './media-types.ts'
import type { Part, RenderOptions } from './part.ts'
import { renderCaption, renderText } from './text.ts'

/** Exactly this: else phones take a voice note for a file (reference/content.md §8.4). */
const OPUS = 'audio/ogg; codecs=opus'
/** Equal bars. Telegram does not say how loud a voice note is, and any other line would claim to know. */
const FLAT = new Uint8Array(64).fill(16)

/** A file with its caption: in the same message where WhatsApp has captions, else in one that follows. */
export const renderMedia = (content: MediaContent, options: RenderOptions): Part[] => {
  const mimetype = mimeTypeOf(content)
  if (isShown(content.as, mimetype)) return renderers[content.as](content, mimetype, options)
  if (content.as === 'sticker') throw reject(`WhatsApp shows no stickers of the type ${mimetype}`)
  // A voice note in another format is still to be heard.
  return renderMedia({ ...content, as: content.as === 'voice' ? 'audio' : 'document' }, options)
}

type Renderer = (content: MediaContent, mimetype: string, options: RenderOptions) => Part[]

const renderers: Readonly<Record<MediaContent['as'], Renderer>> = {
  image: (content, mimetype, options) => {
    const { text: caption, mentions } = renderCaption(content.caption, options)
    const imageMessage = { mimetype, caption, ...sizeOf(content.media) }
    return [{ message: { imageMessage }, file: fileOf(content, 'Image'), mentions }]
  },

  video: (content, mimetype, options) => {
    const { text: caption, mentions } = renderCaption(content.caption, options)
    const videoMessage = { mimetype, caption, ...sizeOf(content.media), ...lengthOf(content.media) }
    return [{ message: { videoMessage }, file: fileOf(content, 'Video'), mentions }]
  },

  animation: (content, mimetype, options) => {
    const { text: caption, mentions } = renderCaption(content.caption, options)
    const videoMessage = {
      mimetype,
      caption,
      gifPlayback: true,
      ...sizeOf(content.media),
      ...lengthOf(content.media),
    }
    return [{ message: { videoMessage }, file: fileOf(content, 'Video'), mentions }]
  },

  'video-note': (content, mimetype, options) => {
    const ptvMessage = { mimetype, ...sizeOf(content.media), ...lengthOf(content.media) }
    return [{ message: { ptvMessage }, file: fileOf(content, 'Video') }, ...captionBehind(content, options)]
  },

  voice: (content, _mimetype, options) => {
    const { waveform } = content.media
    const audioMessage = {
      mimetype: OPUS,
      ptt: true,
      waveform: waveform === undefined ? FLAT : Uint8Array.from(waveform),
      ...lengthOf(content.media),
    }
    return [{ message: { audioMessage }, file: fileOf(content, 'Audio') }, ...captionBehind(content, options)]
  },

  audio: (content, mimetype, options) => {
    const audioMessage = {
      mimetype: mimetype === 'audio/ogg' ? OPUS : mimetype,
      ptt: false,
      ...lengthOf(content.media),
    }
    return [{ message: { audioMessage }, file: fileOf(content, 'Audio') }, ...captionBehind(content, options)]
  },

  sticker: (content, mimetype, options) => {
    const stickerMessage = { mimetype, isAnimated: content.media.animated ?? false, ...sizeOf(content.media) }
    return [
      { message: { stickerMessage }, file: fileOf(content, 'Image') },
      ...captionBehind(content, options),
    ]
  },

  document: (content, mimetype, options) => {
    const { text: caption, mentions } = renderCaption(content.caption, options)
    const fileName = renderFileName(content)
    const documentMessage = { mimetype, fileName, title: fileName, ...(caption !== '' && { caption }) }
    return [
      {
        message: { documentMessage },
        file: fileOf(content, 'Document'),
        mentions,
        // Phones wrap a document that has a caption (whatsmeow, mautrix-whatsapp); without, older ones hide it.
        ...(caption !== '' && { wrapper: 'documentWithCaptionMessage' }),
      },
    ]
  },
}

const fileOf = ({ media }: MediaContent, kind: MediaKind): NonNullable<Part['file']> => ({ media, kind })

const captionBehind = ({ caption }: MediaContent, options: RenderOptions): Part[] =>
  caption.text === '' ? [] : renderText(caption, options)

/** Sizes and lengths are claims of the sender: only sane ones are passed on. */
const sizeOf = ({ width, height }: Media): { width?: number; height?: number } =>
  isSane(width) && isSane(height) ? { width: Math.round(width), height: Math.round(height) } : {}

const lengthOf = ({ seconds }: Media): { seconds?: number } =>
  isSane(seconds) ? { seconds: Math.round(seconds) } : {}

const isSane = (value: number | undefined): value is number =>
  value !== undefined && value >= 1 && value < 1_000_000
