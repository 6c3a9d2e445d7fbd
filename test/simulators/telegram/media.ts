import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { imageSize, looksLike } from '../image.ts'
import { ApiError, badRequest } from './errors.ts'
import { fileOf, type StoredFile, type UploadedFile } from './files.ts'
import type { World } from './world.ts'

export type MediaKind =
  | 'photo'
  | 'video'
  | 'animation'
  | 'audio'
  | 'voice'
  | 'video_note'
  | 'document'
  | 'sticker'

interface Facts {
  readonly file: UploadedFile | StoredFile
  readonly mime?: string | undefined
  readonly duration?: number | undefined
  readonly width?: number | undefined
  readonly height?: number | undefined
  readonly length?: number | undefined
  readonly title?: string | undefined
  readonly performer?: string | undefined
  readonly emoji?: string | undefined
  /** Bytes of the still that Telegram keeps of it. */
  readonly thumbnail?: Uint8Array | undefined
}

/** The media field of a message for a fresh upload or a stored file, and the id it is known by. */
export function fileFields(
  world: World,
  kind: MediaKind,
  facts: Facts,
): { fields: Record<string, unknown>; fileId: string } {
  const { file } = facts
  const stored = 'fileId' in file ? file : store(world, { kind, file, mime: facts.mime })
  return { fields: describe(world, stored, facts), fileId: stored.fileId }
}

function store(
  world: World,
  { kind, file, mime }: { kind: MediaKind; file: UploadedFile; mime: string | undefined },
): StoredFile {
  if (file.size === 0) throw badRequest('file must be non-empty')
  const size = kind === 'photo' ? checkPhoto(file) : kind === 'sticker' ? checkSticker(file) : undefined
  const becomes = kind === 'voice' && !looksLike(file.head, 'ogg', 'mp3', 'm4a') ? 'document' : kind
  return world.files.add(file, { kind: becomes, mime: mime ?? mimeOf(becomes, file), ...size })
}

function checkPhoto(file: UploadedFile): { width: number; height: number } {
  const most = 10 * 1024 * 1024
  if (file.size > most)
    throw badRequest(
      `file of size ${file.size} bytes is too big for a photo; the maximum size is ${most} bytes`,
    )
  const size = imageSize(file.content ?? file.head)
  if (size === undefined) throw badRequest('IMAGE_PROCESS_FAILED')
  const { width, height } = size
  const ratio = Math.max(width, height) / Math.max(1, Math.min(width, height))
  if (width === 0 || height === 0 || width + height > 10_000 || ratio > 20)
    throw badRequest('PHOTO_INVALID_DIMENSIONS')
  return size
}

/** A file that is no sticker by its bytes arrives as a document: the choice made where Telegram's is not known. */
function checkSticker(file: UploadedFile): { width: number; height: number } {
  if (!looksLike(file.head, 'webp', 'webm', 'gzip')) return { width: 0, height: 0 }
  if (file.size > 512 * 1024) throw badRequest('STICKER_FILE_INVALID')
  return imageSize(file.content ?? file.head) ?? { width: 512, height: 512 }
}

const mimes: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  pdf: 'application/pdf',
  mp4: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  txt: 'text/plain',
  zip: 'application/zip',
  json: 'application/json',
  vcf: 'text/vcard',
  html: 'text/html',
  csv: 'text/csv',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
}

function mimeOf(kind: string, file: UploadedFile): string {
  if (kind === 'photo') return 'image/jpeg'
  const byName = mimes[file.name.split('.').at(-1)?.toLowerCase() ?? '']
  const usual = {
    video: 'video/mp4',
    animation: 'video/mp4',
    video_note: 'video/mp4',
    voice: 'audio/ogg',
    audio: 'audio/mpeg',
    sticker: 'image/webp',
  }[kind]
  return (kind === 'voice' ? usual : (byName ?? usual)) ?? 'application/octet-stream'
}

function describe(world: World, file: StoredFile, facts: Facts): Record<string, unknown> {
  const base = { file_id: file.fileId, file_unique_id: file.uniqueId, file_size: file.size }
  const still = stillOf(world, facts.thumbnail)
  const named = { ...base, file_name: file.name, mime_type: file.mime, ...still }
  const { duration = 0, width = 0, height = 0 } = facts
  switch (file.kind) {
    case 'photo':
      return { photo: photoSizes(world, file, facts.thumbnail) }
    case 'video':
      return { video: { ...named, width, height, duration } }
    case 'animation': {
      const animation = { ...named, width, height, duration }
      return { animation, document: named }
    }
    case 'audio':
      return {
        audio: {
          ...named,
          duration,
          ...(facts.title && { title: facts.title }),
          ...(facts.performer && { performer: facts.performer }),
        },
      }
    case 'voice':
      return { voice: { ...base, mime_type: file.mime, duration } }
    case 'video_note':
      return { video_note: { ...base, length: facts.length || 240, duration, ...still } }
    case 'sticker':
      if (file.width === 0) return { document: named }
      return {
        sticker: {
          ...base,
          type: 'regular',
          width: file.width,
          height: file.height,
          is_animated: file.mime === 'application/x-tgsticker',
          is_video: file.mime === 'video/webm',
          ...still,
          ...(facts.emoji && { emoji: facts.emoji }),
        },
      }
    default:
      return { document: named }
  }
}

/** Telegram keeps a photo in several sizes, the last being the largest (at most 1280 pixels on a side). */
function photoSizes(world: World, file: StoredFile, given?: Uint8Array): unknown[] {
  const { width = 1, height = 1 } = file
  const scaled = (side: number): { width: number; height: number } => {
    const factor = Math.min(1, side / Math.max(width, height))
    return {
      width: Math.max(1, Math.round(width * factor)),
      height: Math.max(1, Math.round(height * factor)),
    }
  }
  const sides = [90, 320, 800, 1280]
  const sizes = sides.filter((_, index) => Math.max(width, height) > (sides[index - 1] ?? 0))
  return sizes.map((side, index) => {
    const largest = index === sizes.length - 1
    // Nothing here scales pictures: all the smaller sizes are one small picture.
    const size = largest ? file : world.files.addSize(file, fileOf(given ?? small, 'small.jpg'), side)
    return {
      file_id: size.fileId,
      file_unique_id: size.uniqueId,
      ...scaled(side),
      file_size: size.size,
    }
  })
}

/** 64 × 48 pixels. */
const small = readFileSync(join(import.meta.dirname, '../fixtures/thumbnail.jpg'))

/** The still of a film, sticker or document, where Telegram keeps one. */
function stillOf(world: World, bytes: Uint8Array | undefined): Record<string, unknown> {
  if (bytes === undefined) return {}
  const { width = 1, height = 1 } = imageSize(bytes) ?? {}
  const file = world.files.add(fileOf(bytes, 'thumb.jpg'), {
    kind: 'photo',
    mime: 'image/jpeg',
    width,
    height,
  })
  return {
    thumbnail: {
      file_id: file.fileId,
      file_unique_id: file.uniqueId,
      file_size: file.size,
      width,
      height,
    },
  }
}

/** A stored file by its `file_id`; a file of another kind is refused. */
export function findFile(world: World, fileId: string, kind: MediaKind): StoredFile {
  const file = world.files.byId(fileId)
  if (file === undefined) throw badRequest('wrong remote file identifier specified: Wrong padding length')
  if (file.kind !== kind && !(kind === 'document' && file.kind === 'animation'))
    throw new ApiError({
      code: 400,
      description: `Bad Request: can't use file of type ${title(file.kind)} as ${title(kind)}`,
    })
  return file
}

const title = (kind: string): string => kind.charAt(0).toUpperCase() + kind.slice(1).replace('_n', 'N')
