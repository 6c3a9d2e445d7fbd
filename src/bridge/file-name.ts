import type { MediaContent } from './event.ts'

/** Bytes of UTF-8 that a file name may have. */
const maxBytes = 255

const extensions: ReadonlyMap<string, string> = new Map([
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/webp', 'webp'],
  ['image/gif', 'gif'],
  ['image/heic', 'heic'],
  ['image/heif', 'heif'],
  ['image/avif', 'avif'],
  ['image/bmp', 'bmp'],
  ['image/tiff', 'tiff'],
  ['image/svg+xml', 'svg'],
  ['video/mp4', 'mp4'],
  ['video/3gpp', '3gp'],
  ['video/quicktime', 'mov'],
  ['video/webm', 'webm'],
  ['video/x-matroska', 'mkv'],
  ['video/x-msvideo', 'avi'],
  ['video/avi', 'avi'],
  ['video/mpeg', 'mpg'],
  ['audio/ogg', 'ogg'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
  ['audio/mp4', 'm4a'],
  ['audio/x-m4a', 'm4a'],
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/vnd.wave', 'wav'],
  ['audio/flac', 'flac'],
  ['audio/x-flac', 'flac'],
  ['audio/opus', 'opus'],
  ['audio/aac', 'aac'],
  ['audio/amr', 'amr'],
  ['application/pdf', 'pdf'],
  ['application/msword', 'doc'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.ms-powerpoint', 'ppt'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation', 'pptx'],
  ['application/vnd.oasis.opendocument.text', 'odt'],
  ['application/vnd.oasis.opendocument.spreadsheet', 'ods'],
  ['application/epub+zip', 'epub'],
  ['application/vnd.android.package-archive', 'apk'],
  ['application/json', 'json'],
  ['text/plain', 'txt'],
  ['text/csv', 'csv'],
  ['text/calendar', 'ics'],
  ['text/vcard', 'vcf'],
  ['text/x-vcard', 'vcf'],
  ['application/zip', 'zip'],
])

/** Of these many have a name without an extension, and are opened all the same. */
const needNone: ReadonlySet<string> = new Set(['text/plain'])

const usual: Readonly<Record<MediaContent['as'], string>> = {
  image: 'jpg',
  video: 'mp4',
  animation: 'mp4',
  'video-note': 'mp4',
  voice: 'ogg',
  audio: 'mp3',
  document: 'bin',
  sticker: 'webp',
}

/** The bare type, in small letters; senders add parameters, or leave it out. */
export const mimeTypeOf = ({ mimeType }: MediaContent['media']): string =>
  mimeType?.toLowerCase().split(';')[0]?.trim() ?? ''

/**
 * The name a file gets on the other side: the sender's, made harmless, else one made of its kind and type. Telegram tells
 * what a file is by its extension alone, which senders leave out (businesses do), since WhatsApp goes by the type.
 */
export const renderFileName = ({ as, media }: MediaContent): string => {
  const type = mimeTypeOf(media)
  const named = cleanFileName(media.fileName ?? '')
  const extension = extensions.get(type)
  if (named === '') return `${as}.${extension ?? usual[as]}`
  const isWhole = extension === undefined || needNone.has(type) || hasExtension.test(named)
  return isWhole ? named : shorten(`${named}.${extension}`)
}

/** A number behind a dot is none: `Rules v1.2`. */
const hasExtension = /\.(?!\d+$)[\p{L}\d]{1,10}$/u

/**
 * A name that misleads nobody: no path, no control, direction or zero-width characters, no quotes or separators of
 * headers, no leading dots, at most 255 bytes with its extension kept. Empty when nothing is left.
 */
const cleanFileName = (name: string): string => {
  const cleaned = (name.toWellFormed().normalize('NFC').split(/[/\\]/).at(-1) ?? '')
    .replace(/[\r\n";]/g, '_')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/^[.\s]+|\s+$/g, '')
  const safe = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(cleaned) ? `_${cleaned}` : cleaned
  return shorten(safe)
}

const shorten = (name: string): string => {
  if (Buffer.byteLength(name) <= maxBytes) return name
  const extension = /\.[^.]{1,16}$/u.exec(name)?.[0] ?? ''
  let stem = ''
  for (const character of name.slice(0, name.length - extension.length)) {
    if (Buffer.byteLength(stem + character + extension) > maxBytes) break
    stem += character
  }
  return stem + extension
}

/** A size as a person reads it: `45.3 MB`. */
export const renderSize = (bytes: number): string => {
  const units = ['bytes', 'kB', 'MB', 'GB'] as const
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : Number(value.toFixed(1))} ${units[unit]}`
}
