import type { proto } from '@whiskeysockets/baileys'
import type { MediaContent } from '../../../bridge/content.ts'
import { renderFileName } from '../../../bridge/file-name.ts'
import { plainText } from '../../../bridge/rich-text.ts'
import { OPUS, shown } from './media-types.ts'
import { extend, type Part } from './part.ts'

/** Which kind of file each field of content shows; a document may be anything. */
const kinds = {
  imageMessage: 'image',
  videoMessage: 'video',
  ptvMessage: 'video-note',
  audioMessage: 'audio',
  stickerMessage: 'sticker',
} as const satisfies Partial<Record<keyof proto.IMessage, MediaContent['as']>>

interface FileFields {
  readonly mimetype?: string | null
  readonly caption?: string | null
  readonly contextInfo?: proto.IContextInfo | null
}

/** What a message says its file is, and what else it could say; undefined where a file of any type will do. */
export const claimOf = (
  message: proto.IMessage,
): { readonly claimed: string | undefined; readonly others: readonly string[] } | undefined => {
  for (const field of Object.keys(kinds) as (keyof typeof kinds)[]) {
    const content: FileFields | null | undefined = message[field]
    // A voice note is listened to: what it is instead is told then.
    const claimed = message.audioMessage?.ptt ? undefined : content?.mimetype?.split(';')[0]
    if (content) return { claimed, others: shown[kinds[field]] }
  }
  return undefined
}

/** The same message with the type that its file has in truth; as a document where it is none that the message could show. */
export const corrected = (part: Part, type: string | undefined): Part => {
  const { message, file, still, item } = part
  if (file === undefined) return part
  if (type !== undefined) {
    const mimetype = type === 'audio/ogg' ? OPUS : type
    return { ...part, message: extend(message, { mimetype }), file: { ...file, retyped: type } }
  }
  const { mimeType: _, ...media } = file.media
  const fileName = renderFileName({ kind: 'media', as: 'document', media, caption: plainText('') })
  const { caption, contextInfo }: FileFields = Object.values(message)[0] ?? {}
  const documentMessage = {
    mimetype: 'application/octet-stream',
    fileName,
    title: fileName,
    ...(caption && { caption }),
    ...(contextInfo && { contextInfo }),
  }
  return {
    message: { documentMessage },
    file: { media, kind: 'Document' },
    note: 'files',
    ...(still && { still }),
    ...(item !== undefined && { item }),
  }
}
