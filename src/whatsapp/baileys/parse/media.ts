import type { proto } from '@whiskeysockets/baileys'
import type { Content, MediaContent } from '../../../bridge/event.ts'
import { plainText, type RichText } from '../../../bridge/rich-text.ts'
import type { MediaKind } from '../media-keys.ts'
import { renderSource } from '../media-source.ts'
import { type ParseContext, textOf, toNumber } from './context.ts'

type AnyMedia = proto.Message.IImageMessage &
  proto.Message.IVideoMessage &
  proto.Message.IAudioMessage &
  proto.Message.IDocumentMessage &
  proto.Message.IStickerMessage

interface Kind {
  readonly as: MediaContent['as']
  /** Which keys are derived for it (reference/content.md §8.1). */
  readonly keys: MediaKind
  /** For the notice when it cannot be downloaded. */
  readonly word: string
}

const read = (media: Partial<AnyMedia>, kind: Kind, context: ParseContext): Content => {
  const caption: RichText = media.caption ? textOf(media.caption, media.contextInfo, context) : plainText('')
  const source = renderSource(media, kind.keys)
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
      ...(jpegThumbnail?.length && { thumbnail: Buffer.from(jpegThumbnail).toString('base64') }),
      ...(waveform?.length && { waveform: [...waveform] }),
      ...(media.isAnimated && { animated: true }),
      ...(media.viewOnce && { viewOnce: true }),
    },
  }
}

export const readImage = (image: proto.Message.IImageMessage, context: ParseContext): Content =>
  read(image, { as: 'image', keys: 'Image', word: 'Photo' }, context)

export const readVideo = (video: proto.Message.IVideoMessage, context: ParseContext): Content =>
  read(
    video,
    video.gifPlayback
      ? { as: 'animation', keys: 'Video', word: 'GIF' }
      : { as: 'video', keys: 'Video', word: 'Video' },
    context,
  )

export const readVideoNote = (video: proto.Message.IVideoMessage, context: ParseContext): Content =>
  read(video, { as: 'video-note', keys: 'Video', word: 'Video message' }, context)

export const readAudio = (audio: proto.Message.IAudioMessage, context: ParseContext): Content =>
  read(
    audio,
    audio.ptt
      ? { as: 'voice', keys: 'Audio', word: 'Voice message' }
      : { as: 'audio', keys: 'Audio', word: 'Audio' },
    context,
  )

export const readDocument = (document: proto.Message.IDocumentMessage, context: ParseContext): Content =>
  read(document, { as: 'document', keys: 'Document', word: 'Document' }, context)

/** A `.was` sticker is a zip of drawing commands that Telegram cannot show: its label stands for it. */
export const readSticker = (sticker: proto.Message.IStickerMessage, context: ParseContext): Content =>
  sticker.isLottie || sticker.mimetype === 'application/was'
    ? {
        kind: 'placeholder',
        label: sticker.accessibilityLabel
          ? `Animated sticker: ${sticker.accessibilityLabel}`
          : 'Animated sticker',
      }
    : read(sticker, { as: 'sticker', keys: 'Image', word: 'Sticker' }, context)
