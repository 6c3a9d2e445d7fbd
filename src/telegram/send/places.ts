import type { Content } from '../../bridge/event.ts'
import { plainText } from '../../bridge/rich-text.ts'
import type { Part } from './part.ts'
import { renderText } from './text.ts'

type Location = Extract<Content, { kind: 'location' }>
type Contacts = Extract<Content, { kind: 'contacts' }>['contacts']

/** Bytes that Telegram takes as a vCard. */
const vcardLimit = 2048
/** Metres: the widest that Telegram takes. */
const maxAccuracy = 1500

/** A place as a venue when it has a name, else as a point on the map; the comment follows. */
export const renderLocation = (place: Location): Part[] => {
  const { latitude, longitude, accuracy, name, address, comment } = place
  const look = { words: plainText(''), location: { latitude, longitude } }
  const point = { latitude, longitude }
  const title = (name ?? address)?.trim()
  const part: Part = title
    ? {
        method: 'sendVenue',
        payload: { ...point, title, address: address?.trim() || `${latitude}, ${longitude}` },
        look: { ...look, kinds: ['venue'], title },
      }
    : {
        method: 'sendLocation',
        payload: {
          ...point,
          ...(accuracy !== undefined && {
            horizontal_accuracy: Math.min(Math.max(accuracy, 0), maxAccuracy),
          }),
        },
        look: { ...look, kinds: ['location'] },
      }
  return [part, ...renderText(plainText(comment ?? '')).map((text): Part => ({ ...text, answers: 'first' }))]
}

/** One card each; one without a number, which Telegram does not take, as text. */
export const renderContacts = (contacts: Contacts): Part[] =>
  contacts.flatMap(({ name, phones, vcard }): Part[] => {
    const [phone, ...others] = phones.filter(number => number.trim() !== '')
    if (phone === undefined) return renderText(plainText(`👤 ${name}`))
    const fits = Buffer.byteLength(vcard) <= vcardLimit
    const card: Part = {
      method: 'sendContact',
      payload: {
        phone_number: phone,
        first_name: [...(name.trim() || phone)].slice(0, 64).join(''),
        ...(fits && vcard !== '' && { vcard }),
      },
      look: { kinds: ['contact'], words: plainText(''), title: phone },
    }
    // Without its vCard a contact keeps only one number.
    return fits || others.length === 0
      ? [card]
      : [card, ...renderText(plainText(`${name}: ${others.join(', ')}`))]
  })
