import type { proto } from '@whiskeysockets/baileys'
import type { Content, MediaContent } from '../../../bridge/event.ts'
import { oneLine, plainText, type RichText } from '../../../bridge/rich-text.ts'
import { isChannel, normalizeAddress } from '../../address.ts'
import type { MediaKind } from '../media/keys.ts'
import { renderSource } from '../media/source.ts'
import { toNumber } from './context.ts'
import type { Scene } from './said.ts'
import { textOf } from './text.ts'

type AnyMedia = proto.Message.IImageMessage &
  proto.Message.IVideoMessage &
  proto.Message.IAudioMessage &
  proto.Message.IDocumentMessage &
  proto.Message.IStickerMessage

interface Kind {
  readonly as: MediaContent['as']
  /** Which keys are derived for it. */
  readonly keys: MediaKind
  /** For the notice when it cannot be downloaded. */
  readonly word: string
}

/** The type of drawn stickers. */
const DRAWN = 'application/was'
/** Loudness of a voice note has 64 steps. */
const WAVES = 64
/** A preview has a few kilobytes; jobs hold it. */
const PREVIEW_BYTES = 64 * 1024

const isPreview = (bytes: Uint8Array | null | undefined): bytes is Uint8Array =>
  bytes != null && bytes.length > 0 && bytes.length <= PREVIEW_BYTES

const read = (media: Partial<AnyMedia>, kind: Kind, scene: Scene): Content => {
  const caption: RichText = media.caption ? textOf(media.caption, media.contextInfo, scene) : plainText('')
  // Only what channels publish is not encrypted.
  const isOpen = isChannel(normalizeAddress(scene.key.remoteJid) ?? '')
  const source = media.mediaKey?.length || isOpen ? renderSource(media, kind.keys, scene.key) : undefined
  if (source === undefined) {
    const about = caption.text === '' ? '' : `: ${caption.text}`
    return { kind: 'placeholder', label: `${kind.word} that can only be seen on the phone${about}` }
  }
  const size = toNumber(media.fileLength)
  const { mimetype, width, height, seconds, jpegThumbnail, waveform } = media
  const fileName = media.fileName || media.title
  return {
    kind: 'media',
    as: kind.as,
    caption,
    media: {
      source,
      ...(mimetype && { mimeType: mimetype }),
      ...(fileName && { fileName }),
      ...(size !== undefined && { size }),
      ...(width && { width }),
      ...(height && { height }),
      ...(seconds && { seconds }),
      ...(isPreview(jpegThumbnail) && { thumbnail: Buffer.from(jpegThumbnail).toString('base64') }),
      ...(waveform?.length && { waveform: [...waveform.subarray(0, WAVES)] }),
      ...(media.isAnimated && { animated: true }),
      ...(media.viewOnce && { viewOnce: true }),
    },
  }
}

export const readImage = (image: proto.Message.IImageMessage, scene: Scene): Content =>
  read(image, { as: 'image', keys: 'Image', word: 'Photo' }, scene)

export const readVideo = (video: proto.Message.IVideoMessage, scene: Scene): Content =>
  read(
    video,
    video.gifPlayback
      ? { as: 'animation', keys: 'Video', word: 'GIF' }
      : { as: 'video', keys: 'Video', word: 'Video' },
    scene,
  )

export const readVideoNote = (video: proto.Message.IVideoMessage, scene: Scene): Content =>
  read(video, { as: 'video-note', keys: 'Video', word: 'Video message' }, scene)

export const readAudio = (audio: proto.Message.IAudioMessage, scene: Scene): Content =>
  read(
    audio,
    audio.ptt
      ? { as: 'voice', keys: 'Audio', word: 'Voice message' }
      : { as: 'audio', keys: 'Audio', word: 'Audio' },
    scene,
  )

export const readDocument = (document: proto.Message.IDocumentMessage, scene: Scene): Content =>
  read(document, { as: 'document', keys: 'Document', word: 'Document' }, scene)

/** What a drawn sticker says of itself where it cannot be shown. */
const drawn = ({ accessibilityLabel: label }: proto.Message.IStickerMessage): string =>
  label ? `Animated sticker: ${oneLine(label)}` : 'Animated sticker'

/** One that is drawn (`.was`) has a label, which stands for it where it cannot be shown. */
export const readSticker = (sticker: proto.Message.IStickerMessage, scene: Scene): Content => {
  const content = read(sticker, { as: 'sticker', keys: 'Image', word: 'Sticker' }, scene)
  if (!sticker.isLottie && sticker.mimetype !== DRAWN) return content
  const label = drawn(sticker)
  return content.kind === 'media'
    ? { ...content, media: { ...content.media, mimeType: DRAWN, animated: true, label } }
    : { kind: 'placeholder', label }
}
