import type { proto } from '@whiskeysockets/baileys'
import { imageSize, looksLike } from '../image.ts'
import type { MediaKind } from './media-cipher.ts'
import type { MediaServer } from './media-server.ts'
import type { Shown, ShownFile } from './phone-view.ts'

type AnyMedia = proto.Message.IImageMessage &
  proto.Message.IVideoMessage &
  proto.Message.IAudioMessage &
  proto.Message.IDocumentMessage &
  proto.Message.IStickerMessage

/** A preview larger than this makes the whole message one that is not delivered; the bound is our choice. */
const LARGEST_THUMBNAIL = 64 * 1024
const DAY = 86_400

interface Format {
  kind: string
  keys: MediaKind
  /** Mime types, with what files of that type begin with; any other type where there are none. */
  types?: Readonly<Record<string, readonly string[]>>
  captioned?: boolean
}

const films = { 'video/mp4': ['m4a'], 'video/3gpp': ['m4a'] }

const FORMATS: Readonly<Record<string, (media: AnyMedia) => Format>> = {
  imageMessage: () => ({
    kind: 'photo',
    keys: 'image',
    types: { 'image/jpeg': ['jpeg'], 'image/png': ['png'] },
    captioned: true,
  }),
  videoMessage: ({ gifPlayback }) => ({
    kind: gifPlayback ? 'gif' : 'video',
    keys: 'video',
    types: films,
    captioned: true,
  }),
  ptvMessage: () => ({ kind: 'video note', keys: 'ptv', types: { 'video/mp4': ['m4a'] } }),
  audioMessage: ({ ptt }) =>
    ptt
      ? { kind: 'voice', keys: 'ptt', types: { 'audio/ogg; codecs=opus': ['ogg'] } }
      : {
          kind: 'audio',
          keys: 'audio',
          types: {
            'audio/mpeg': ['mp3'],
            'audio/mp4': ['m4a'],
            'audio/aac': ['aac', 'mp3'],
            'audio/amr': ['amr'],
            'audio/ogg; codecs=opus': ['ogg'],
          },
        },
  documentMessage: () => ({ kind: 'document', keys: 'document', captioned: true }),
  stickerMessage: () => ({ kind: 'sticker', keys: 'sticker', types: { 'image/webp': ['webp'] } }),
}

/** What the one field of content shows. Throws where a phone would show nothing. */
export async function describeContent(
  field: string,
  message: proto.IMessage,
  media: MediaServer,
): Promise<Omit<Shown, 'forwarded' | 'viewOnce' | 'text'> & { text?: string }> {
  const file = message[field as keyof proto.IMessage] as AnyMedia
  const format = FORMATS[field]?.(file)
  if (format) return showFile(file, format, media)
  const { conversation, extendedTextMessage, locationMessage, contactMessage, contactsArrayMessage } = message
  if (extendedTextMessage) return showText(extendedTextMessage)
  if (locationMessage) return showLocation(locationMessage)
  if (contactMessage) return { kind: 'contacts', contacts: [showContact(contactMessage)] }
  if (contactsArrayMessage) return showContacts(contactsArrayMessage)
  if (field !== 'conversation') return { kind: field }
  return { kind: 'text', text: nonEmpty(conversation, 'The text') }
}

async function showFile(content: AnyMedia, format: Format, media: MediaServer) {
  const mime = nonEmpty(content.mimetype, 'The type')
  const types = format.types ?? { [mime]: [] }
  if (!types[mime]) throw new Error(`A phone shows no ${format.kind} of the type "${mime}"`)
  if (content.caption && !format.captioned) throw new Error(`A ${format.kind} has no caption`)
  const bytes = await media.read(checkFacts(content), format.keys)
  if (types[mime].length > 0 && !looksLike(bytes, ...types[mime])) throw new Error(`The file is no "${mime}"`)
  const file: ShownFile = { bytes, mime, ...showSize(content, bytes), ...showSound(content, format) }
  if (content.jpegThumbnail?.length) file.thumbnail = checkThumbnail(Buffer.from(content.jpegThumbnail))
  if (format.kind === 'document') {
    file.name = nonEmpty(content.fileName, 'The name of the file')
    if (/[/\\\p{Cc}]/u.test(file.name)) throw new Error(`"${file.name}" is not the name of a file`)
  }
  return { kind: format.kind, text: content.caption ?? '', file }
}

/** What must stand in every message about a file. */
function checkFacts(content: AnyMedia) {
  const { directPath, mediaKey, fileSha256, fileEncSha256, fileLength, mediaKeyTimestamp, url } = content
  if (!directPath?.startsWith('/')) throw new Error(`"${directPath}" is not the path of a file`)
  if (url && !url.startsWith('https://')) throw new Error(`"${url}" is not the address of a file`)
  const madeAt = Number(mediaKeyTimestamp ?? 0)
  if (Math.abs(Date.now() / 1000 - madeAt) > DAY) throw new Error(`The media key is of "${madeAt}"`)
  return {
    directPath,
    mediaKey: bytesOf(mediaKey, 'mediaKey'),
    fileSha256: bytesOf(fileSha256, 'fileSha256'),
    fileEncSha256: bytesOf(fileEncSha256, 'fileEncSha256'),
    fileLength: Number(fileLength ?? Number.NaN),
  }
}

function bytesOf(value: Uint8Array | null | undefined, name: string): Buffer {
  if (value?.length !== 32) throw new Error(`${name} is not 32 bytes`)
  return Buffer.from(value)
}

function showSize({ width, height }: AnyMedia, bytes: Buffer): { width?: number; height?: number } {
  if (!width && !height) return {}
  if (!width || !height) throw new Error('Width and height go together')
  const real = imageSize(bytes)
  if (real && (real.width !== width || real.height !== height))
    throw new Error(`The picture has ${real.width} × ${real.height} pixels, not ${width} × ${height}`)
  return { width, height }
}

function showSound({ seconds, waveform }: AnyMedia, { kind }: Format): Partial<ShownFile> {
  if (waveform?.length && (kind !== 'voice' || waveform.length !== 64 || waveform.some(bar => bar > 100)))
    throw new Error('A waveform is 64 numbers of 0 to 100, of a voice note')
  if (kind === 'voice' && !seconds) throw new Error('A voice note has a length')
  return { ...(seconds && { seconds }), ...(waveform?.length && { waveform: [...waveform] }) }
}

function checkThumbnail(thumbnail: Buffer): Buffer {
  if (!looksLike(thumbnail, 'jpeg')) throw new Error('jpegThumbnail is no JPEG')
  if (thumbnail.length > LARGEST_THUMBNAIL) throw new Error(`jpegThumbnail has ${thumbnail.length} bytes`)
  return thumbnail
}

function showText(content: proto.Message.IExtendedTextMessage) {
  const text = nonEmpty(content.text, 'The text')
  const { matchedText: url, title, description } = content
  if (!url) return { kind: 'text', text }
  if (!text.includes(url)) throw new Error(`The previewed "${url}" does not stand in the text`)
  if (content.jpegThumbnail?.length) checkThumbnail(Buffer.from(content.jpegThumbnail))
  return { kind: 'text', text, preview: { url, title: title ?? '', description: description ?? '' } }
}

function showLocation(content: proto.Message.ILocationMessage) {
  const { degreesLatitude: latitude, degreesLongitude: longitude, name, address, comment } = content
  const isPlace =
    typeof latitude === 'number' &&
    typeof longitude === 'number' &&
    Math.abs(latitude) <= 90 &&
    Math.abs(longitude) <= 180
  if (!isPlace) throw new Error(`"${latitude}, ${longitude}" is no place`)
  return {
    kind: 'location',
    text: comment ?? '',
    location: { latitude, longitude, ...(name && { name }), ...(address && { address }) },
  }
}

function showContacts({ displayName, contacts }: proto.Message.IContactsArrayMessage) {
  nonEmpty(displayName, 'The name of the list')
  if (!contacts || contacts.length < 2) throw new Error('A list of contacts has two at least')
  return { kind: 'contacts', contacts: contacts.map(showContact) }
}

function showContact({ displayName, vcard }: proto.Message.IContactMessage) {
  const name = nonEmpty(displayName, 'The name of a contact')
  const card = nonEmpty(vcard, 'The card of a contact')
  const isCard = /^BEGIN:VCARD\r?\nVERSION:[\d.]+\r?\n[\s\S]*^FN[:;][\s\S]*^END:VCARD\s*$/m.test(card)
  if (!isCard) throw new Error('The card of a contact is no vCard')
  const whatsapp = /waid=(\d+)/.exec(card)?.[1]
  return { name, vcard: card, ...(whatsapp && { whatsapp }) }
}

function nonEmpty(value: string | null | undefined, what: string): string {
  if (!value) throw new Error(`${what} is missing`)
  return value
}
