import type { MediaContent } from '../../bridge/event.ts'
import { mimeTypeOf } from '../../bridge/file-name.ts'
import type { Method } from '../api.ts'

/** How one kind of file is sent. */
export interface Form {
  readonly method: Method
  readonly field: string
  readonly captioned: boolean
  /** What the answer may call it: Telegram looks into files and decides for itself. */
  readonly kinds: readonly string[]
}

export const forms: Readonly<Record<MediaContent['as'], Form>> = {
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

const photoLimit = 10 * 1024 * 1024
const photoSides = 10_000
const photoRatio = 20
const noteLimit = 12 * 1024 * 1024
const noteSeconds = 60

/** Types that Telegram shows as what they are; any other is a document, so that it keeps its name. */
const playable: Partial<Record<MediaContent['as'], RegExp>> = {
  image: /^image\/(jpe?g|png|webp|bmp)$/,
  video: /^video\/mp4$/,
  animation: /^(video\/mp4|image\/gif)$/,
  voice: /^audio\/(ogg|opus)$|^application\/ogg$/,
  audio: /^audio\/(?!(amr|3gpp2?|(x-|vnd\.)?wave?|basic|midi?)$)/,
}

/**
 * What Telegram will take the file as, by what is claimed of it, before a byte is loaded (Bot API reference of the send
 * methods; size of a video note: TDLib `FileLoaderUtils`).
 */
export const formOf = ({ as, media }: Pick<MediaContent, 'as' | 'media'>): MediaContent['as'] => {
  const { size = 0, width = 0, height = 0, seconds = 0 } = media
  const type = mimeTypeOf(media)
  if (as === 'video-note') {
    const fits = size <= noteLimit && seconds <= noteSeconds && width === height
    return fits ? as : formOf({ as: 'video', media })
  }
  if (as === 'image' && type === 'image/gif') return 'animation'
  if (as === 'image' && (size > photoLimit || !fitsPhoto(width, height))) return 'document'
  if (type === '' || (playable[as]?.test(type) ?? true)) return as
  return as === 'voice' && /^audio\/(mp4|mpeg|x-m4a|mp3|aac)$/.test(type) ? 'audio' : 'document'
}

const fitsPhoto = (width: number, height: number): boolean => {
  const ratio = width > 0 && height > 0 ? Math.max(width / height, height / width) : 1
  return width + height <= photoSides && ratio <= photoRatio
}
