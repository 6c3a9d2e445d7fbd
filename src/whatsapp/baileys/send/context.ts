import type { proto } from '@whiskeysockets/baileys'
import { addressOf } from '../../../bridge/chat-ref.ts'
import type { Delivery } from '../../../bridge/network.ts'
import { isGroup } from '../../address.ts'
import type { Scene } from '../change/scene.ts'
import { readRaw } from '../parse/context.ts'

/** Says that somebody else's message was passed on. */
export const renderForward = ({ forwarded }: Delivery['event']): proto.IContextInfo =>
  forwarded ? { isForwarded: true, forwardingScore: 1 } : {}

/**
 * What a message answers; nothing where that is not in WhatsApp: others may have said it in Telegram alone. Whose that is stands there
 * as the chat knows them: members of a group that shows LIDs do not know us by our number, nor one by numbers anybody by their LID.
 */
export const renderQuote = ({ event, replyTo: target }: Delivery, scene: Scene): proto.IContextInfo => {
  // Whose message of a group that is, nobody can do without.
  if (target === undefined || (isGroup(scene.jid) && !target.fromMe && !target.person)) return {}
  const { excerpt = '', quote } = event.replyTo ?? {}
  const quoted = target.raw === undefined ? { conversation: excerpt } : readQuoted(target.raw)
  return {
    stanzaId: target.id,
    participant: scene.authorOf(target),
    // lib/Utils/messages.js, generateWAMessageFromContent, says where it stands whenever that is another chat.
    ...(target.chat !== undefined && { remoteJid: addressOf(target.chat) }),
    quotedMessage: quote === undefined ? quoted : pickOut(quoted, quote),
  }
}

/** The words that were picked out of a message, in its place: a picture stays a picture. */
const pickOut = (message: proto.IMessage, quote: string): proto.IMessage => {
  const [field, content] = Object.entries(message).find(([, value]) => value?.caption) ?? []
  return field === undefined ? { conversation: quote } : { [field]: { ...content, caption: quote } }
}

/** A message as it is quoted: without what belongs to the original alone. */
export const readQuoted = (raw: string): proto.IMessage => {
  const { messageContextInfo: _, ...message } = readRaw(raw)
  return message
}
