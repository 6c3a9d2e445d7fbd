import { decodeMessageNode, proto, unpadRandomMax16, type WAMessage } from '@whiskeysockets/baileys'
import type { Opened } from './inbound/intake.ts'
import { isMe, type Me } from './me.ts'
import { decodeMessage } from './parse/decode-message.ts'
import { isToOwnList } from './parse/own-list.ts'
import { asPostChange, isPostChange, withIdOfChange } from './parse/posts.ts'

/**
 * Reads a journalled stanza as Baileys does (lib/Utils/decode-wa-message.js), but for the wrapper around what our own
 * phone sent, which stays: Baileys throws the message secret that it carries away. Throws when the stanza has not the
 * form of a message, or a plaintext not that of a protobuf.
 */
export const decodeOpened = ({ envelope, plaintexts }: Opened, me: Me): WAMessage => {
  const { attrs, changedAt, recipients } = envelope
  if (isToOwnList(attrs, me) && recipients === undefined) throw new Error('A list does not say who is on it')
  const web = withIdOfChange(decodeHead(attrs, me), attrs, changedAt)
  for (const [position, { tag }] of envelope.parts.entries()) {
    const plaintext = plaintexts[position]
    if (plaintext === undefined) continue
    // What was never encrypted is not padded.
    const bytes = tag === 'plaintext' ? plaintext : unpadRandomMax16(plaintext)
    web.message = Object.assign(web.message ?? {}, decodeMessage(bytes))
  }
  if (isPostChange(attrs)) web.message = asPostChange(attrs, attrs['id'], web.message) ?? null
  const name = envelope.verifiedName === undefined ? undefined : verifiedName(envelope.verifiedName)
  return name ? { ...web, verifiedBizName: name } : web
}

/** Reads who sent what to which chat, without content. Throws when the stanza has not the form of a message. */
export const decodeHead = (attrs: Record<string, string>, me: Me): WAMessage => {
  const { id, from, recipient, t, notify } = attrs
  // Meta AI, which Baileys does not know as the sender of anything; what is for it would be for ourselves.
  const bot = isMe(from, me) ? recipient : from
  if (id && isBot(bot)) {
    const key = { id, remoteJid: bot, fromMe: bot !== from }
    return { key, messageTimestamp: Number(t), ...(notify !== undefined && { pushName: notify }) }
  }
  return withIdOfChange(decodeMessageNode({ tag: 'message', attrs }, me.pn, me.lid ?? '').fullMessage, attrs)
}

const isBot = (jid: string | undefined): jid is string => jid?.endsWith('@bot') === true

const verifiedName = (base64: string): string | null | undefined => {
  try {
    const { details } = proto.VerifiedNameCertificate.decode(Buffer.from(base64, 'base64'))
    return details && proto.VerifiedNameCertificate.Details.decode(details).verifiedName
  } catch {
    return undefined
  }
}
