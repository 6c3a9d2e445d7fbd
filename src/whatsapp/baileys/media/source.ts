import type { proto, WAMessageKey } from '@whiskeysockets/baileys'
import * as z from 'zod/mini'
import { parseStored } from '../../../bridge/stored-json.ts'
import { MEDIA_KINDS } from './keys.ts'

/** Where a file lies and how to open it; the `source` of an event's media, as JSON. */
const schema = z.object({
  path: z.optional(z.string()),
  /** As claimed by the sender: used only when its host is one of WhatsApp's. */
  url: z.optional(z.string()),
  /** base64; absent in channels, whose files are not encrypted. */
  key: z.optional(z.string()),
  keys: z.enum(MEDIA_KINDS),
  /** SHA-256 of the file, base64. */
  sha256: z.optional(z.string()),
  size: z.optional(z.number()),
  /** It is the picture of a group, which is asked for by the group's address; `id` as its notice names it. */
  picture: z.optional(z.object({ group: z.string(), id: z.optional(z.string()) })),
  /** The message it came with, as the phone knows it: to ask it for a file that WhatsApp has deleted. */
  message: z.optional(
    z.object({
      jid: z.string(),
      id: z.string(),
      fromMe: z.optional(z.boolean()),
      participant: z.optional(z.string()),
    }),
  ),
})

export type MediaSource = z.infer<typeof schema>

interface Located {
  readonly directPath?: string | null
  readonly url?: string | null
  readonly mediaKey?: Uint8Array | null
  readonly fileSha256?: Uint8Array | null
  readonly fileLength?: proto.Message.IImageMessage['fileLength']
}

/** `undefined` when the message does not say how to get the file: nothing to download it from, or nothing to check it. */
export const renderSource = (
  media: Located,
  keys: MediaSource['keys'],
  message?: WAMessageKey,
): string | undefined => {
  if (!media.directPath && !media.url) return undefined
  if (!media.mediaKey?.length && !media.fileSha256?.length) return undefined
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  const source: MediaSource = {
    keys,
    ...(media.directPath && { path: media.directPath }),
    ...(media.url && { url: media.url }),
    ...(media.mediaKey?.length && { key: base64(media.mediaKey) }),
    ...(media.fileSha256?.length && { sha256: base64(media.fileSha256) }),
    ...(media.fileLength != null && { size: Number(media.fileLength) }),
    ...(message && describeMessage(message)),
  }
  return JSON.stringify(source)
}

const describeMessage = ({ remoteJid, id, fromMe, participant }: WAMessageKey): Partial<MediaSource> =>
  remoteJid && id
    ? { message: { jid: remoteJid, id, ...(fromMe && { fromMe }), ...(participant && { participant }) } }
    : {}

/** Throws when the text is not the source of a file. */
export const parseSource = (text: string): MediaSource => schema.parse(parseStored(text))
