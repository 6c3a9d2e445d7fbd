import type { Contact } from '../../bridge/content.ts'
import { oneLine, plainText, type RichText } from '../../bridge/rich-text.ts'
import { clip } from './line.ts'
import { withHead } from './media.ts'
import type { Part } from './part.ts'
import { above, captionFields, renderText, textPart } from './text.ts'

/** Bytes that Telegram takes as a vCard. */
const vcardLimit = 2048
/** More people than this come as one file for an address book. */
const mostCards = 5
/** Characters of a name. */
const nameLimit = 64

/** One card each; one without a number, which Telegram does not take, as text. */
export const renderContacts = (contacts: readonly Contact[], head: RichText): Part[] =>
  contacts.length > mostCards
    ? [renderFile(contacts, head)]
    : [...withHead(head, renderText), ...contacts.flatMap(renderContact)]

const renderContact = ({ name, phones, vcard }: Contact): Part[] => {
  const [phone, ...others] = phones.map(number => oneLine(number)).filter(number => number !== '')
  if (phone === undefined) return renderText(plainText(`👤 ${name}`))
  const card = [vcard, withoutPictures(vcard)].find(text => Buffer.byteLength(text) <= vcardLimit) ?? ''
  const part: Part = {
    method: 'sendContact',
    payload: {
      phone_number: [...phone].slice(0, nameLimit).join(''),
      ...namesOf(name.trim() || phone, vcard),
      ...(card !== '' && { vcard: card }),
    },
    look: { kinds: ['contact'], words: plainText(''), title: phone },
    plainer: textPart(plainText(`👤 ${[clip(oneLine(name), nameLimit), phone].filter(Boolean).join(': ')}`)),
  }
  // Without its vCard a contact keeps only one number.
  return card !== '' || others.length === 0
    ? [part]
    : [part, ...renderText(plainText(`${name}: ${others.join(', ')}`))]
}

/** First and last name as the vCard tells them apart, where both together are the name shown. */
const namesOf = (name: string, vcard: string): { first_name: string; last_name?: string } => {
  const [, last = '', first = ''] = /^N(?:;[^:\r\n]*)?:([^;\r\n]*);([^;\r\n]*)/im.exec(vcard) ?? []
  const short = (text: string): string => clip(oneLine(text), nameLimit - 1)
  return first.trim() !== '' && last.trim() !== '' && `${first.trim()} ${last.trim()}` === name
    ? { first_name: short(first), last_name: short(last) }
    : { first_name: short(name) }
}

/** A vCard without the property that makes it too big, with its continued lines. */
const withoutPictures = (vcard: string): string =>
  vcard.replace(/^(PHOTO|LOGO|SOUND|KEY)[;:].*(\r?\n[ \t].*)*\r?\n?/gim, '')

const renderFile = (contacts: readonly Contact[], head: RichText): Part => {
  const cards = contacts.map(contact => contact.vcard.trim() || bareCard(contact))
  const bytes = Buffer.from(cards.join('\n').toWellFormed())
  const names = clip(oneLine(contacts.map(({ name }) => name).join(', ')), 700)
  const words = above(head, plainText(`👤 ${contacts.length} contacts: ${names}`))
  return {
    method: 'sendDocument',
    payload: { ...captionFields(words), disable_content_type_detection: true },
    file: { field: 'document', name: 'contacts.vcf', source: { bytes } },
    ...(head.text !== '' && { head }),
    look: { kinds: ['document'], words, fileSize: bytes.length },
  }
}

const bareCard = ({ name, phones }: Contact): string =>
  [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `FN:${oneLine(name).replace(/[\\;,]/g, '\\$&')}`,
    ...phones.map(phone => `TEL:${oneLine(phone)}`),
    'END:VCARD',
  ].join('\n')
