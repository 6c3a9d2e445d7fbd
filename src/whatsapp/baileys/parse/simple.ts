import type { proto } from '@whiskeysockets/baileys'
import type { Content } from '../../../bridge/event.ts'
import { type ParseContext, textOf } from './context.ts'

export const readExtendedText = (
  message: proto.Message.IExtendedTextMessage,
  context: ParseContext,
): Content => {
  const preview = message.matchedText ?? ''
  return {
    kind: 'text',
    body: textOf(message.text ?? '', message.contextInfo, context),
    ...(/^https?:\/\//i.test(preview) && { previewUrl: preview }),
  }
}

const place = (
  latitude: number,
  longitude: number,
  more: Partial<Extract<Content, { kind: 'location' }>>,
): Content =>
  Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
    ? { kind: 'location', latitude, longitude, ...more }
    : { kind: 'placeholder', label: `Location: ${latitude}, ${longitude}` }

export const readLocation = (location: proto.Message.ILocationMessage): Content => {
  const { degreesLatitude: latitude, degreesLongitude: longitude, name, address, comment } = location
  const live = location.isLive ? LIVE : undefined
  return place(latitude ?? 0, longitude ?? 0, {
    ...((name || live) && { name: name || live }),
    ...(address && { address }),
    ...(comment && { comment }),
    ...(location.accuracyInMeters && { accuracy: location.accuracyInMeters }),
  })
}

/** Linked devices get no updates of it (reference/content.md §3.2, field 18). */
const LIVE = 'Live location (start position)'

export const readLiveLocation = (location: proto.Message.ILiveLocationMessage): Content =>
  place(location.degreesLatitude ?? 0, location.degreesLongitude ?? 0, {
    name: LIVE,
    ...(location.caption && { comment: location.caption }),
    ...(location.accuracyInMeters && { accuracy: location.accuracyInMeters }),
  })

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
