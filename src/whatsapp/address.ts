import { addressOf, type ChatRef, chatRef } from '../bridge/chat-ref.ts'
import type { ChatKind } from '../bridge/network.ts'

/**
 * WhatsApp addresses ("jids"). A person has two: a phone number (`<number>@s.whatsapp.net`) and a LID
 * (`<digits>@lid`, stable, says nothing). A device of a person adds `:<device>`, an old form of the number ends in
 * `@c.us`, and accounts hosted by a business provider in `@hosted` and `@hosted.lid`
 * (Baileys lib/WABinary/jid-utils.js). In the bridge each is written one way: without device, hosted as its person.
 */
const SERVERS: ReadonlyMap<string, string> = new Map([
  ['s.whatsapp.net', 's.whatsapp.net'],
  ['c.us', 's.whatsapp.net'],
  ['hosted', 's.whatsapp.net'],
  ['lid', 'lid'],
  ['hosted.lid', 'lid'],
  ['g.us', 'g.us'],
  ['broadcast', 'broadcast'],
  ['newsletter', 'newsletter'],
  ['bot', 'bot'],
])

/** A jid in its one written form, or `undefined` when it is not an address that a message can come from or go to. */
export const normalizeAddress = (jid: string | null | undefined): string | undefined => {
  const match = /^([^@:_\s]+)(?:_\d+)?(?::\d+)?@([a-z.]+)$/.exec(jid ?? '')
  const server = SERVERS.get(match?.[2] ?? '')
  return match?.[1] !== undefined && server !== undefined ? `${match[1]}@${server}` : undefined
}

/** The chat ref of a jid, or `undefined` when the jid is none. */
export const chatOfJid = (jid: string | null | undefined): ChatRef | undefined => {
  const address = normalizeAddress(jid)
  return address === undefined ? undefined : chatRef('whatsapp', address)
}

/** The jid to send to. */
export const jidOfChat = (chat: ChatRef): string => addressOf(chat)

export const isLid = (address: string): boolean => address.endsWith('@lid')
export const isPhone = (address: string): boolean => address.endsWith('@s.whatsapp.net')
export const isGroup = (address: string): boolean => address.endsWith('@g.us')
export const isChannel = (address: string): boolean => address.endsWith('@newsletter')
export const isBroadcast = (address: string): boolean => address.endsWith('@broadcast')

export const STATUS = 'status@broadcast'

/** What is only read here: channels, and the statuses of all contacts. */
export const isReadOnly = (address: string): boolean => isChannel(address) || isBroadcast(address)

/** What kind of chat stands behind an address. */
export const kindOfAddress = (address: string): ChatKind => {
  if (isGroup(address)) return 'group'
  if (isChannel(address)) return 'channel'
  return isBroadcast(address) ? 'broadcast' : 'person'
}

/** The part before the `@`. */
export const userOf = (address: string): string => address.slice(0, address.indexOf('@'))

/** `+15550000001` of a phone-number address; a LID has no number, and its digits must never be shown as one. */
export const phoneOf = (address: string): string | undefined =>
  isPhone(address) ? `+${userOf(address)}` : undefined

/**
 * The address of a phone number as people type or copy it (`+1 555 000-0001`, `0049 (0)170/1234567`), or `undefined` when it
 * cannot be one. Numbers are taken in international form only: 7 to 15 digits (E.164). A zero in brackets is what is dialled
 * at home alone; address books put marks around that nobody sees.
 */
export const addressOfPhone = (text: string): string | undefined => {
  const digits = text
    .replace(/(?<=\d\s*)\(0\)/, '')
    .replace(/[\s\p{Cf}\p{Pd}()./]/gu, '')
    .replace(/^(\+|00)/, '')
  return /^[1-9]\d{6,14}$/.test(digits) ? `${digits}@s.whatsapp.net` : undefined
}
