import { proto } from '@whiskeysockets/baileys'
import type { ChatRef } from '../../../bridge/chat-ref.ts'
import type { Content } from '../../../bridge/event.ts'
import type { RichText } from '../../../bridge/rich-text.ts'
import { chatOfJid, isLid, isPhone, normalizeAddress, phoneOf, userOf } from '../../address.ts'
import { type Mention, parseMarkup } from '../../markup.ts'
import type { Me } from '../decode.ts'

/** What parsing must know beside the message. */
export interface ParseContext {
  readonly me: Me
  /** The LID behind a phone-number address, where it is known. */
  lidOf(address: string): string | undefined
  /** What a person or group is called, where it is known. */
  nameOf(address: string): string | undefined
}

/** What one message says, before it is known who said it where. */
export interface Said {
  readonly content: Content
  /** The message it is about (a reaction, an edit, a deletion), where that is not a quote. */
  readonly about?: string
  readonly silent?: boolean
}

/** A message that makes no event, and why. */
export interface Ignored {
  readonly ignored: string
}

/** The one address under which the bridge knows a person: the LID where it is known, else the phone number. */
export const canonical = (
  jid: string | null | undefined,
  alternative: string | null | undefined,
  context: ParseContext,
): { address: string; aliases: ChatRef[] } | undefined => {
  const known = [normalizeAddress(jid), normalizeAddress(alternative)].filter(
    address => address !== undefined,
  )
  const first = known[0]
  if (first === undefined) return undefined
  const phone = known.find(isPhone)
  const lid = known.find(isLid) ?? (phone === undefined ? undefined : lidOf(phone, context))
  const address = isPhone(first) && lid !== undefined ? lid : first
  const aliases = [phone, lid].flatMap(other =>
    other === undefined || other === address ? [] : (chatOfJid(other) ?? []),
  )
  return { address, aliases }
}

const lidOf = (phone: string, context: ParseContext): string | undefined =>
  phone === normalizeAddress(context.me.pn) ? normalizeAddress(context.me.lid) : context.lidOf(phone)

/** WhatsApp text with the people it mentions. */
export const textOf = (
  text: string,
  info: proto.IContextInfo | null | undefined,
  context: ParseContext,
): RichText => {
  const mentions = new Map<string, Mention>()
  for (const jid of info?.mentionedJid ?? []) {
    const address = normalizeAddress(jid)
    const person = canonical(address, undefined, context)?.address
    if (address === undefined || person === undefined) continue
    const name = context.nameOf(person) ?? context.nameOf(address) ?? phoneOf(address)
    if (name !== undefined)
      mentions.set(userOf(address), { name: oneLine(name), person: `whatsapp:${person}` })
  }
  for (const { groupJid, groupSubject } of info?.groupMentions ?? []) {
    const address = normalizeAddress(groupJid)
    if (address === undefined || !groupSubject) continue
    mentions.set(userOf(address), { name: oneLine(groupSubject), person: `whatsapp:${address}` })
  }
  return parseMarkup(text, mentions)
}

/** A name on one line without characters that turn or hide text: it is written by strangers. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim()

/** Numbers of protobuf: 64-bit ones come as objects. */
export const toNumber = (value: number | { toNumber(): number } | null | undefined): number | undefined => {
  if (value == null) return undefined
  const result = typeof value === 'number' ? value : Number(value)
  return Number.isFinite(result) ? result : undefined
}

/** The context info of whatever content field is set: every kind has its own. */
export const contextInfoOf = (message: proto.IMessage): proto.IContextInfo | undefined => {
  for (const value of Object.values(message)) {
    if (value !== null && typeof value === 'object' && 'contextInfo' in value) {
      const info: unknown = value.contextInfo
      if (info !== null && typeof info === 'object') return info as proto.IContextInfo
    }
  }
  return undefined
}

/** WhatsApp's copy of a message for a later quote or retry: encoded, without previews, base64. */
export const rawOf = (message: proto.IMessage): string => {
  const copy = proto.Message.decode(proto.Message.encode(message).finish())
  delete copy.senderKeyDistributionMessage
  for (const value of Object.values(copy)) {
    if (value === null || typeof value !== 'object') continue
    if ('jpegThumbnail' in value && value.jpegThumbnail instanceof Uint8Array) {
      if (value.jpegThumbnail.length > 4096) delete value.jpegThumbnail
    }
    // A quote of a quote carries one level only, on phones as well.
    if ('contextInfo' in value && value.contextInfo?.quotedMessage != null)
      delete value.contextInfo.quotedMessage
  }
  return Buffer.from(proto.Message.encode(copy).finish()).toString('base64')
}

/** Reads such a copy back. */
export const readRaw = (raw: string): proto.IMessage => proto.Message.decode(Buffer.from(raw, 'base64'))
