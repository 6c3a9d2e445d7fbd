import type { Contact, ContentOf, LocationContent } from '../../../bridge/content.ts'
import type { Part, RenderOptions } from './part.ts'
import { renderCaption } from './text.ts'

/** Characters of a contact card; a longer one is made anew from name and numbers. */
const LONGEST_CARD = 16 * 1024

export const renderLocation = (place: LocationContent, options: RenderOptions): Part[] => {
  const { latitude, longitude, accuracy, name, address } = place
  // Linked devices cannot send one that moves.
  const isLive = (place.live ?? 0) > 0
  const { text: comment, mentions } = renderCaption({ text: place.comment ?? '', spans: [] }, options)
  const locationMessage = {
    degreesLatitude: latitude,
    degreesLongitude: longitude,
    ...((name || isLive) && { name: name || 'Live location (where it began)' }),
    ...(address && { address }),
    ...(accuracy !== undefined && { accuracyInMeters: Math.round(accuracy) }),
    ...(comment.trim() !== '' && { comment: comment.trim() }),
  }
  return [{ message: { locationMessage }, mentions, ...(isLive && { note: 'places' }) }]
}

/** One contact is a card, several are a list of cards. */
export const renderContacts = ({ contacts }: ContentOf<'contacts'>): Part[] => {
  const cards = contacts
    .map(named)
    .map(contact => ({ displayName: contact.name, vcard: renderCard(contact) }))
  const [first] = cards
  if (cards.length === 1 && first !== undefined) return [{ message: { contactMessage: first } }]
  const displayName = `${cards.length} contacts`
  return [{ message: { contactsArrayMessage: { displayName, contacts: cards } } }]
}

/** A contact that has no name goes by its number. */
const named = ({ name, ...contact }: Contact): Contact => ({
  ...contact,
  name: [name, ...contact.phones].find(each => each.trim() !== '') ?? '?',
})

/** The sender's card; each international number gets the WhatsApp id by which phones offer to write to it. */
const renderCard = ({ name, phones, vcard }: Contact): string => {
  const isCard = vcard.length <= LONGEST_CARD && /^BEGIN:VCARD\r?\n[\s\S]*^END:VCARD\s*$/m.test(vcard)
  if (!isCard) return makeCard(name, phones)
  const known = new Set(phones.map(digitsOf))
  return vcard.replace(/^((?:[\w-]+\.)?TEL)([^:\r\n]*):([^\r\n]*)$/gim, (line, tel, params, number) => {
    const digits = digitsOf(number)
    const isInternational = number.trim().startsWith('+') || known.has(digits)
    return /waid=/i.test(params) || !isInternational || digits.length < 7
      ? line
      : `${tel}${params};waid=${digits}:+${digits}`
  })
}

const makeCard = (name: string, phones: readonly string[]): string => {
  const clean = name.replace(/\s+/g, ' ').replace(/[\\,;]/g, '\\$&')
  const numbers = phones.map(digitsOf).map(digits => `TEL;type=CELL;waid=${digits}:+${digits}`)
  return ['BEGIN:VCARD', 'VERSION:3.0', `N:;${clean};;;`, `FN:${clean}`, ...numbers, 'END:VCARD'].join('\n')
}

const digitsOf = (number: string): string => number.replace(/\D/g, '')
