import type { Message } from 'grammy/types'
import type { Content, Media, MediaContent } from '../../bridge/event.ts'
import { parseEntities } from '../entities.ts'

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
  parseText(message) ?? parseMedia(message) ?? parsePlain(message) ?? parseOther(message)

const parseText = ({ text, entities, link_preview_options: preview }: Message): Content | undefined => {
  if (text === undefined) return undefined
  const previewUrl = preview?.is_disabled === true ? undefined : preview?.url
  return {
    kind: 'text',
    body: parseEntities(text, entities),
    ...(previewUrl !== undefined && { previewUrl }),
  }
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
}

const parseMedia = (message: Message): Content | undefined => {
  const found = findFile(message)
  if (found === undefined) return undefined
  const { as, file, ...extra } = found
  const source: FileSource = { fileId: file.file_id, uniqueId: file.file_unique_id }
  const media: Media = {
    source: JSON.stringify(source),
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

type FoundFile = { as: MediaContent['as']; file: TelegramFile; mimeType?: string; animated?: boolean }

const findFile = (message: Message): FoundFile | undefined => {
  const { sticker, video_note: note, photo } = message
  const largest = photo?.at(-1)
  if (message.animation) return { as: 'animation', file: message.animation }
  if (largest) return { as: 'image', file: largest, mimeType: 'image/jpeg' }
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
    return { as: 'sticker', file: sticker, mimeType, animated: sticker.is_video || sticker.is_animated }
  }
  return message.document && { as: 'document', file: message.document }
}

const parsePlain = ({ venue, location, contact }: Message): Content | undefined => {
  const point = venue?.location ?? location
  if (point) {
    return {
      kind: 'location',
      latitude: point.latitude,
      longitude: point.longitude,
      ...(point.horizontal_accuracy !== undefined && { accuracy: point.horizontal_accuracy }),
      ...(venue && { name: venue.title, address: venue.address }),
    }
  }
  if (!contact) return undefined
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

/** Words of a person that have no counterpart yet. Whatever is not named here is a service message. */
const parseOther = (message: Message): Content | undefined => {
  const label = labelOf(message)
  return label === undefined ? undefined : { kind: 'placeholder', label }
}

const labelOf = (message: Message): string | undefined => {
  if (message.poll) return `Poll: ${message.poll.question}`
  if (message.dice) return `Dice: ${message.dice.emoji} ${message.dice.value}`
  if (message.game) return `Game: ${message.game.title}`
  if (message.story) return 'Story'
  if (message.checklist) return `Checklist: ${message.checklist.title}`
  if (message.rich_message) return 'Rich message'
  if (message.paid_media) return 'Paid media'
  if (message.invoice) return `Invoice: ${message.invoice.title}`
  if (message.giveaway || message.giveaway_winners) return 'Giveaway'
  return undefined
}
