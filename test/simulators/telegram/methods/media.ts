import { looksLike } from '../../image.ts'
import { badRequest } from '../errors.ts'
import type { StoredFile, UploadedFile } from '../files.ts'
import { fileFields, findFile, type MediaKind } from '../media.ts'
import type { Query } from '../query.ts'
import { parseCaption } from '../text.ts'
import type { FormattedText, RawMessage } from '../types.ts'
import type { World } from '../world.ts'
import { type Content, type Sending, send } from './send.ts'
import { captionFields } from './text.ts'

/** A file given by upload (`attach://` or a part of the same name), by `file_id` or by address. */
type Source = { readonly upload: UploadedFile } | { readonly remote: string }

export function findSource(query: Query, given: string, partName = ''): Source | undefined {
  const attached = given.startsWith('attach://') ? given.slice('attach://'.length) : undefined
  if (given !== '' && attached === undefined) return { remote: given }
  const upload = query.files.get(attached ?? partName)
  return upload === undefined ? undefined : { upload }
}

function resolve(world: World, source: Source, kind: MediaKind): UploadedFile | StoredFile {
  if ('upload' in source) return source.upload
  if (/^https?:/i.test(source.remote)) throw badRequest('failed to get HTTP URL content')
  return findFile(world, source.remote, kind)
}

export interface MediaRequest {
  readonly kind: MediaKind
  readonly source: Source
  readonly caption: FormattedText
  /** Duration, width and the like, as given. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** The part that TDLib does: the caption's offsets and length first, then the file itself. */
export function finishMedia(world: World, { kind, source, caption, facts }: MediaRequest): Content {
  const words = captionFields(parseCaption(caption))
  const file = resolve(world, source, detectKind(kind, source, facts) === kind ? kind : 'document')
  const { fields, fileId } = fileFields(world, detectKind(kind, source, facts), { ...facts, file })
  const flags = facts['has_spoiler'] === true ? { has_media_spoiler: true } : {}
  const above = facts['show_caption_above_media'] === true ? { show_caption_above_media: true } : {}
  return { fields: { ...fields, ...words, ...flags, ...above }, fileId }
}

/** Without `disable_content_type_detection` a GIF or sticker sent as a document turns into what it looks like. */
function detectKind(kind: MediaKind, source: Source, facts: Readonly<Record<string, unknown>>): MediaKind {
  if (kind !== 'document' || !('upload' in source) || facts['disable_content_type_detection'] === true)
    return kind
  const { head, name } = source.upload
  if (looksLike(head, 'gif')) return 'animation'
  if (looksLike(head, 'webp') && /\.webp$/i.test(name)) return 'sticker'
  return kind
}

const numbers = ['duration', 'width', 'height', 'length']
const texts = ['title', 'performer', 'emoji']
const flags = ['has_spoiler', 'show_caption_above_media', 'disable_content_type_detection']

const plural: Readonly<Record<MediaKind, string>> = {
  photo: 'photos',
  video: 'videos',
  animation: 'animations',
  audio: 'music',
  voice: 'voice notes',
  video_note: 'video notes',
  document: 'documents',
  sticker: 'stickers',
}

const sendMedia =
  (kind: MediaKind, withCaption = true) =>
  (world: World, query: Query): RawMessage =>
    send(world, query, () => {
      const source = findSource(query, query.text(kind), kind)
      if (source === undefined) throw badRequest(`There is no ${kind.replace('_', ' ')} in the request`)
      const caption = withCaption
        ? query.formatted('caption', 'caption_entities')
        : { text: '', entities: [] }
      const facts = {
        ...Object.fromEntries(numbers.map(name => [name, query.integer(name, { min: 0, max: 86_400 })])),
        ...Object.fromEntries(texts.map(name => [name, query.text(name)])),
        ...Object.fromEntries(flags.map(name => [name, query.flag(name)])),
      }
      return sendingOf(world, { kind, source, caption, facts })
    })

export const sendingOf = (world: World, request: MediaRequest): Sending => ({
  kind: plural[request.kind],
  finish: () => finishMedia(world, request),
})

export const sendPhoto = sendMedia('photo')
export const sendVideo = sendMedia('video')
export const sendAnimation = sendMedia('animation')
export const sendAudio = sendMedia('audio')
export const sendVoice = sendMedia('voice')
export const sendVideoNote = sendMedia('video_note', false)
export const sendDocument = sendMedia('document')
export const sendSticker = sendMedia('sticker', false)
