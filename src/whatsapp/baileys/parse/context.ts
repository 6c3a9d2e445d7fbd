import { proto } from '@whiskeysockets/baileys'
import type { ChatRef, MessageRef } from '../../../bridge/chat-ref.ts'
import type { FindMessage } from '../../../bridge/network.ts'
import { chatOfJid, isLid, isPhone, normalizeAddress } from '../../address.ts'
import type { Me } from '../me.ts'

/** What parsing must know beside the message. */
export interface ParseContext {
  readonly me: Me
  /** The LID behind a phone-number address, where it is known. */
  lidOf(address: string): string | undefined
  /** The phone-number address behind a LID, where it is known. */
  phoneOf(address: string): string | undefined
  /** What a person or group is called, where it is known. */
  nameOf(address: string): string | undefined
  /** Whether somebody with these addresses is known to be an administrator of a group. */
  isAdmin(group: string, addresses: readonly string[]): boolean
  /** Whether somebody with these addresses may set the timer of a group, as far as is known. */
  maySetTimer(group: string, addresses: readonly string[]): boolean
  /** Whether a group is the announcements of a community, which is not ours to administer. */
  isCrowd(group: string): boolean
  readonly findMessage: FindMessage
  /** Whether a message is still to come: it could not be decrypted, and was asked for again. */
  isAwaited(message: MessageRef): boolean
}

/** What it takes to see that two addresses are one person. */
export type Addresses = Pick<ParseContext, 'me' | 'lidOf' | 'phoneOf'>

/** The one address under which the bridge knows a person: the LID where it is known, else the phone number. */
export const canonical = (
  jid: string | null | undefined,
  alternative: string | null | undefined,
  context: Addresses,
): { address: string; aliases: ChatRef[] } | undefined => {
  const known = [normalizeAddress(jid), normalizeAddress(alternative)].filter(
    address => address !== undefined,
  )
  const first = known[0]
  if (first === undefined) return undefined
  // Whatever is said of a group or a channel, it is nobody's other address: two chats would become one for ever.
  if (!isPhone(first) && !isLid(first)) return { address: first, aliases: [] }
  const phone = known.find(isPhone)
  const lid = known.find(isLid) ?? (phone === undefined ? undefined : lidOf(phone, context))
  const address = isPhone(first) && lid !== undefined ? lid : first
  const aliases = [phone, lid].flatMap(other =>
    other === undefined || other === address ? [] : (chatOfJid(other) ?? []),
  )
  return { address, aliases }
}

const lidOf = (phone: string, context: Addresses): string | undefined =>
  phone === normalizeAddress(context.me.pn) ? normalizeAddress(context.me.lid) : context.lidOf(phone)

/** Every address under which somebody is known. */
export const addressesOf = (address: string, context: Addresses): string[] => {
  const me = [normalizeAddress(context.me.lid), normalizeAddress(context.me.pn)].filter(
    each => each !== undefined,
  )
  if (me.includes(address)) return me
  const other = isPhone(address)
    ? context.lidOf(address)
    : isLid(address)
      ? context.phoneOf(address)
      : undefined
  return other === undefined ? [address] : [address, other]
}

/** Numbers of protobuf: 64-bit ones come as objects. */
export type LongNumber = number | { toNumber(): number } | null | undefined

export const toNumber = (value: LongNumber): number | undefined => {
  if (value == null) return undefined
  const result = typeof value === 'number' ? value : Number(value)
  return Number.isFinite(result) ? result : undefined
}

/** The last moment that a date can name, milliseconds since 1970. */
export const LATEST = 8.64e15

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

/**
 * WhatsApp's copy of a message for a later quote or retry, and for what others seal with its secret: encoded, without
 * previews, base64.
 */
export const rawOf = (message: proto.IMessage): string => {
  const copy = proto.Message.decode(proto.Message.encode(message).finish())
  delete copy.senderKeyDistributionMessage
  const secret = copy.messageContextInfo?.messageSecret
  if (copy.messageContextInfo != null)
    copy.messageContextInfo = secret?.length ? { messageSecret: secret } : null
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

/** Base64 of 64 KiB: a longer copy of what others sent is kept without its end, for a quote shows a few lines. */
const KEPT = (4 / 3) * 64 * 1024

/** The copy of what somebody else sent. */
export const rawOfReceived = (message: proto.IMessage): string => {
  const raw = rawOf(message)
  if (raw.length <= KEPT) return raw
  const { conversation, extendedTextMessage, messageContextInfo } = readRaw(raw)
  return rawOf({
    conversation: (conversation || extendedTextMessage?.text || '').slice(0, 1000),
    ...(messageContextInfo && { messageContextInfo }),
  })
}

/** Reads such a copy back. */
export const readRaw = (raw: string): proto.IMessage => proto.Message.decode(Buffer.from(raw, 'base64'))
