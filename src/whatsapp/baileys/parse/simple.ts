import type { proto } from '@whiskeysockets/baileys'
import { type Content, isOnEarth, type LocationContent } from '../../../bridge/content.ts'
import { type ParseContext, readRaw, toNumber } from './context.ts'
import type { Said, Scene } from './said.ts'
import { textOf } from './text.ts'

export const readExtendedText = (
  message: proto.Message.IExtendedTextMessage,
  context: ParseContext,
): Said => {
  const preview = message.matchedText ?? ''
  const text = message.text || preview || message.title || ''
  if (text === '') return { ignored: 'empty text' }
  const body = textOf(text, message.contextInfo, context)
  return {
    content: { kind: 'text', body, ...(/^https?:\/\//i.test(preview) && { previewUrl: preview }) },
  }
}

const place = (
  location: proto.Message.ILocationMessage | proto.Message.ILiveLocationMessage,
  more: Partial<LocationContent>,
): Content => {
  const latitude = location.degreesLatitude ?? 0
  const longitude = location.degreesLongitude ?? 0
  const { accuracyInMeters: accuracy, degreesClockwiseFromMagneticNorth: heading } = location
  return isOnEarth({ latitude, longitude })
    ? {
        kind: 'location',
        latitude,
        longitude,
        ...(accuracy && { accuracy }),
        ...(heading && { heading }),
        ...more,
      }
    : { kind: 'placeholder', label: `Location: ${latitude}, ${longitude}` }
}

/** A live location does not say how long it goes on: WhatsApp offers eight hours at most. */
const LIVE_SECONDS = 8 * 3600

export const readLocation = (location: proto.Message.ILocationMessage): Content => {
  const { name, address, comment } = location
  return place(location, {
    ...(name && { name }),
    ...(address && { address }),
    ...(comment && { comment }),
    ...(location.isLive && { live: LIVE_SECONDS }),
  })
}

/** Where somebody is now; the same message again, with a higher number, is where they have moved to. */
export const readLiveLocation = (location: proto.Message.ILiveLocationMessage, scene: Scene): Said => {
  const { caption, timeOffset } = location
  const content = place(location, {
    live: Math.max(1, LIVE_SECONDS - (timeOffset ?? 0)),
    ...(caption && { comment: caption }),
  })
  const { id } = scene.key
  const raw = id ? scene.findMessage({ chat: scene.chat, id })?.raw : undefined
  const before = raw === undefined ? undefined : readRaw(raw).liveLocationMessage
  const step = toNumber(location.sequenceNumber) ?? 0
  if (!id || before == null || step <= (toNumber(before.sequenceNumber) ?? 0)) return { content }
  return { change: { kind: 'edit', target: { id }, content }, id: `${id}.${step}` }
}

export const readContacts = (
  contacts: readonly proto.Message.IContactMessage[],
  fallbackName?: string | null,
): Content =>
  contacts.length === 0
    ? { kind: 'placeholder', label: fallbackName ? `Contacts: ${fallbackName}` : 'Contacts' }
    : { kind: 'contacts', contacts: contacts.map(readContact) }

const readContact = ({ displayName, vcard }: proto.Message.IContactMessage) => {
  const card = vcard ?? ''
  const lines = card.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)
  const phones = lines.flatMap(line => {
    const match = /^(?:[\w-]+\.)?TEL([^:]*):(.*)$/i.exec(line)
    if (match === null) return []
    const id = /waid=(\d+)/i.exec(match[1] ?? '')?.[1]
    const number = id === undefined ? (match[2] ?? '').replace(/^tel:/i, '').trim() : `+${id}`
    return number === '' ? [] : [number]
  })
  const full = lines.find(line => /^(?:[\w-]+\.)?FN[:;]/i.test(line))
  const name = displayName || full?.slice(full.indexOf(':') + 1).replace(/\\([,;\\])/g, '$1') || phones[0]
  return { name: name ?? 'Contact', phones: [...new Set(phones)], vcard: card }
}

/** Announces pictures and films, which come as messages of their own. */
export const readAlbum = (
  { expectedImageCount, expectedVideoCount }: proto.Message.IAlbumMessage,
  { key }: Scene,
): Said => {
  const expected = (expectedImageCount ?? 0) + (expectedVideoCount ?? 0)
  if (!key.id) return { ignored: 'an album without an id' }
  return {
    content: { kind: 'album', items: [], ...(expected > 0 && { expected }) },
    album: { id: key.id },
  }
}
