import { proto } from '@whiskeysockets/baileys'
import type { Still } from '../../../bridge/content.ts'
import type { Delivery } from '../../../bridge/network.ts'
import { reject, retry } from '../../../bridge/verdict.ts'
import type { PageFacts } from '../../link-preview/page.ts'
import type { Secrets } from '../keys/secrets.ts'
import type { Query } from '../media/hosts.ts'
import { readFile } from '../media/read-file.ts'
import type { Upload, Uploaded, Uploader } from '../media/upload.ts'
import { claimOf, corrected } from './claim.ts'
import { Mistaken, trueTo } from './first-bytes.ts'
import type { Note } from './notes.ts'
import { extend, type Part } from './part.ts'
import { loadPreview, loadStill, pictureType } from './still.ts'
import { hear } from './voice.ts'

export interface CompleteTools {
  readonly secrets: Secrets
  readonly upload: Uploader
  readonly query: Query
  readonly isConnected: Upload['isConnected']
  /** Looks at the page behind a link; undefined when nothing can be had of it. */
  preview(link: string, signal: AbortSignal): Promise<PageFacts | undefined>
}

interface Context {
  /** Of the message. */
  readonly id: string
  /** Key of the album that it may be an item of. */
  readonly album: proto.IMessageKey | undefined
  readonly delivery: Delivery
  readonly tools: CompleteTools
}

const { MEDIA_ALBUM } = proto.MessageAssociation.AssociationType

/**
 * Finds out what a message lacks: uploads its file, fetches its preview, gives it its secret, names the album that it is
 * an item of. Throws `DeliveryError`.
 */
export const complete = async (
  part: Part,
  context: Context,
): Promise<{ readonly message: proto.IMessage; readonly note: Note | undefined }> => {
  const [bare, { note }] =
    part.sticker === undefined
      ? await withTrueFile(part, context)
      : [await asSticker(part.message, part.sticker, context), part]
  const { id, album, tools } = context
  const isOfAlbum = bare.imageMessage != null || bare.videoMessage != null
  const message = {
    ...bare,
    // Others need it to encrypt what they add to this message: edits, votes, comments.
    messageContextInfo: {
      messageSecret: tools.secrets.derive(id, 'message'),
      ...(album &&
        isOfAlbum && { messageAssociation: { associationType: MEDIA_ALBUM, parentMessageKey: album } }),
    },
  }
  return { message, note }
}

/** A file that is not what its sender says goes as what it is, or as a document. */
const withTrueFile = async (part: Part, context: Context): Promise<[proto.IMessage, Part]> => {
  try {
    return [await withFile(part, context), part]
  } catch (error) {
    if (!(error instanceof Mistaken)) throw error
    const truth = corrected(part, error.type)
    return [await withFile(truth, context).catch(throwChanged), truth]
  }
}

const throwChanged = (error: unknown): never => {
  throw error instanceof Mistaken ? retry('The file came differently the second time') : error
}

const withFile = async (part: Part, context: Context): Promise<proto.IMessage> => {
  const { message, file, still } = part
  if (file === undefined)
    return part.previewOf === undefined ? message : await withPreview(message, part.previewOf, context)
  const { delivery } = context
  const { media, kind } = file
  const claim = claimOf(message)
  const open = (signal: AbortSignal) => {
    const pieces = readFile(media, { delivery, signal })
    return claim === undefined ? pieces : trueTo(claim, pieces)
  }
  if (message.audioMessage?.ptt) return await withVoice(message.audioMessage, { file, open, context })
  const name = file.retyped === undefined ? media.source : `${media.source} ${file.retyped}`
  const [uploaded, jpegThumbnail] = await Promise.all([
    upload({ kind, name, open }, context),
    still && loadPreview(still, delivery),
  ])
  return extend(message, { ...uploaded, ...(jpegThumbnail && { jpegThumbnail }) })
}

/** What was heard of uploads: one that an earlier attempt has made is not read again, and must say the same. */
const sounds = new WeakMap<Uploaded, proto.Message.IAudioMessage>()

/** A voice note is listened to on its way; what turns out to be no Ogg is still to be heard, as a file of sound. */
const withVoice = async (
  voice: proto.Message.IAudioMessage,
  {
    file,
    open,
    context,
  }: {
    file: NonNullable<Part['file']>
    open: (signal: AbortSignal) => AsyncIterable<Uint8Array>
    context: Context
  },
): Promise<proto.IMessage> => {
  const heard = hear(open)
  try {
    const uploaded = await upload({ kind: file.kind, name: file.media.source, open: heard.open }, context)
    const sound = sounds.get(uploaded) ?? heard.describe(voice)
    sounds.set(uploaded, sound)
    return { audioMessage: { ...sound, ...uploaded } }
  } finally {
    heard.end()
  }
}

const withPreview = async (
  message: proto.IMessage,
  link: string,
  { delivery, tools }: Context,
): Promise<proto.IMessage> => {
  const page = await tools.preview(link, delivery.signal)
  return page === undefined ? message : extend(message, { matchedText: link, ...page })
}

/** A still of a sticker is a sticker where it is a WebP, and else a photo. */
const asSticker = async (
  message: proto.IMessage,
  still: Still,
  context: Context,
): Promise<proto.IMessage> => {
  const bytes = await loadStill(still, context.delivery)
  const mimetype = pictureType(bytes)
  if (mimetype === undefined) throw reject('The still picture of the sticker is none that WhatsApp shows')
  async function* open() {
    yield bytes
  }
  const uploaded = await upload({ kind: 'Image', name: still.source, open }, context)
  const { stickerMessage } = extend(message, { ...uploaded, mimetype })
  const { isAnimated: _, ...imageMessage } = stickerMessage ?? {}
  return mimetype === 'image/webp' ? { stickerMessage: stickerMessage ?? {} } : { imageMessage }
}

const upload = async (
  file: Pick<Upload, 'kind' | 'name' | 'open'>,
  { id, delivery, tools }: Context,
): Promise<Uploaded> => {
  const { query, isConnected } = tools
  const { signal } = delivery
  const uploaded = await tools.upload({ ...file, messageId: id, query, isConnected, signal })
  if (uploaded.fileLength === 0) throw reject('The file is empty')
  return uploaded
}
