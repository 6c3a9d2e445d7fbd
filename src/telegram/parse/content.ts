import type { Location, Message, PhotoSize, Venue } from 'grammy/types'
import { isOnEarth, type Still } from '../../bridge/content.ts'
import type { Content, Media, MediaContent } from '../../bridge/event.ts'
import { plainText } from '../../bridge/rich-text.ts'
import { parseEntities } from '../entities.ts'
import { decideRest } from './fields.ts'
import { parsePoll } from './poll.ts'
import { flattenRich, renderChecklist } from './rich.ts'

/** How a file is found again: what `Media.source` holds for files that stand in Telegram. */
export interface FileSource {
  readonly fileId: string
  readonly uniqueId: string
}

/**
 * What a message carries; undefined for service messages. The order matters, because Telegram sets several fields at once:
 * an animation is also a document, a venue also a location.
 */
export const parseContent = (message: Message): Content | undefined =>
  parseText(message) ??
  parseMedia(message) ??
  parsePlace(message) ??
  parseContact(message) ??
  parseWords(message) ??
  parseRest(message)

const parseText = (message: Message): Content | undefined => {
  const { text, entities } = message
  if (text === undefined) return undefined
  const previewUrl = findPreviewUrl(message)
  return {
    kind: 'text',
    body: parseEntities(text, entities),
    ...(previewUrl !== undefined && { previewUrl }),
  }
}

/**
 * Which link the sender shows a preview of: by Telegram's own rule the first one, where they chose no other and did not
 * switch it off. Never in what is passed on: those are somebody else's links.
 */
const findPreviewUrl = ({
  text = '',
  entities = [],
  link_preview_options: preview,
  forward_origin: origin,
}: Message): string | undefined => {
  if (preview?.is_disabled === true || origin !== undefined) return undefined
  if (preview?.url !== undefined) return preview.url
  const link = entities.find(({ type }) => type === 'url' || type === 'text_link')
  if (link === undefined) return undefined
  return link.type === 'text_link' ? link.url : text.slice(link.offset, link.offset + link.length)
}

interface TelegramFile {
  readonly file_id: string
  readonly file_unique_id: string
  readonly file_size?: number
  readonly mime_type?: string
  readonly file_name?: string
  readonly width?: number
  readonly height?: number
  readonly duration?: number
  readonly thumbnail?: PhotoSize
}

const parseMedia = (message: Message): Content | undefined => {
  const found = findFile(message)
  if (found === undefined) return undefined
  const { as, file, still = file.thumbnail, ...extra } = found
  const media: Media = {
    source: sourceOf(file),
    ...(still !== undefined && { still: parseStill(still) }),
    ...(file.mime_type !== undefined && { mimeType: file.mime_type }),
    ...(file.file_name !== undefined && { fileName: file.file_name }),
    ...(file.file_size !== undefined && { size: file.file_size }),
    ...(file.width !== undefined && { width: file.width }),
    ...(file.height !== undefined && { height: file.height }),
    ...(file.duration !== undefined && { seconds: file.duration }),
    ...extra,
  }
  return { kind: 'media', as, media, caption: parseEntities(message.caption ?? '', message.caption_entities) }
}

const sourceOf = ({ file_id: fileId, file_unique_id: uniqueId }: TelegramFile): string =>
  JSON.stringify({ fileId, uniqueId } satisfies FileSource)

const parseStill = (still: PhotoSize): Still => ({
  source: sourceOf(still),
  ...(still.file_size !== undefined && { size: still.file_size }),
  width: still.width,
  height: still.height,
})

interface FoundFile extends Pick<Media, 'mimeType' | 'animated' | 'emoji'> {
  readonly as: MediaContent['as']
  readonly file: TelegramFile
  readonly still?: PhotoSize
}

const findFile = (message: Message): FoundFile | undefined => {
  const { sticker, video_note: note, photo, live_photo: live } = message
  // Of a live photo the photo goes: WhatsApp's own motion photos are two messages in a form of their own.
  const sizes = photo ?? live?.photo
  const [smallest, largest] = [sizes?.[0], sizes?.at(-1)]
  if (message.animation) return { as: 'animation', file: message.animation }
  if (largest) {
    const still = smallest !== largest && smallest
    return { as: 'image', file: largest, mimeType: 'image/jpeg', ...(still && { still }) }
  }
  if (message.video) return { as: 'video', file: message.video }
  if (note) return { as: 'video-note', file: { ...note, width: note.length, height: note.length } }
  if (message.voice) return { as: 'voice', file: message.voice }
  if (message.audio) return { as: 'audio', file: message.audio }
  if (sticker) {
    const mimeType = sticker.is_video
      ? 'video/webm'
      : sticker.is_animated
        ? 'application/x-tgsticker'
        : 'image/webp'
    const animated = sticker.is_video || sticker.is_animated
    const { emoji } = sticker
    return { as: 'sticker', file: sticker, mimeType, animated, ...(emoji !== undefined && { emoji }) }
  }
  return message.document && { as: 'document', file: message.document }
}

const parsePlace = ({ venue, location, date, edit_date: edited }: Message): Content | undefined => {
  const point = venue?.location ?? location
  if (point === undefined) return undefined
  const { live_period: period, heading } = point
  // Only a position that moves is ever edited; without a period it has come to its end.
  const live = period === undefined ? edited && 0 : Math.max(0, date + period - (edited ?? date))
  if (!isOnEarth(point)) return describePlace(point, venue)
  return {
    kind: 'location',
    latitude: point.latitude,
    longitude: point.longitude,
    ...(isAccuracy(point.horizontal_accuracy) && { accuracy: point.horizontal_accuracy }),
    ...(live !== undefined && { live }),
    ...(heading !== undefined && { heading }),
    ...(venue && { name: venue.title, address: venue.address }),
  }
}

/** Metres, as the Bot API says. */
const isAccuracy = (value: number | undefined): value is number =>
  value !== undefined && value >= 0 && value <= 1500

/** A place that no map has: words say the same. */
const describePlace = ({ latitude, longitude }: Location, venue: Venue | undefined): Content => {
  const lines = ['📍', `${latitude}, ${longitude}`, venue?.title, venue?.address].filter(Boolean)
  return { kind: 'text', body: plainText(lines.join('\n')) }
}

const parseContact = ({ contact }: Message): Content | undefined => {
  if (contact === undefined) return undefined
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(' ')
  const number = contact.phone_number
  return {
    kind: 'contacts',
    contacts: [{ name, phones: [number], vcard: contact.vcard ?? renderCard(name, number) }],
  }
}

const renderCard = (name: string, number: string): string => {
  const escaped = name.replace(/[\\,;]/g, '\\$&').replace(/\s+/g, ' ')
  const digits = number.replace(/\D/g, '')
  return `BEGIN:VCARD\nVERSION:3.0\nN:;${escaped};;;\nFN:${escaped}\nTEL;type=CELL;waid=${digits}:+${digits}\nEND:VCARD`
}

/** What WhatsApp has no thing for but words: they say it all. */
const parseWords = ({ poll, dice, game, checklist, rich_message: rich }: Message): Content | undefined => {
  if (poll) return parsePoll(poll)
  const words =
    (dice && `${dice.emoji} ${dice.value}`) ??
    (game && `🎮 ${game.title}\n${game.description}`.trim()) ??
    (checklist && renderChecklist(checklist)) ??
    (rich && flattenRich(rich))
  return words ? { kind: 'text', body: plainText(words) } : undefined
}

const parseRest = (message: Message): Content | undefined => {
  const rest = decideRest(message)
  return rest && { kind: 'placeholder', label: rest.label, why: rest.why }
}
