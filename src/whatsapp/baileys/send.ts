import { randomBytes } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import { addressOf } from '../../bridge/chat-ref.ts'
import type { Content } from '../../bridge/event.ts'
import type { Delivery, StandIn } from '../../bridge/network.ts'
import type { RichText, Span } from '../../bridge/rich-text.ts'
import { reject, unsure } from '../../bridge/verdict.ts'
import { isGroup, isLid, isPhone, jidOfChat, normalizeAddress } from '../address.ts'
import { renderMarkup } from '../markup-render.ts'
import type { Me } from './decode.ts'
import { failedToSend, refusedByAck } from './errors.ts'
import type { Link } from './link.ts'
import { rawOf } from './parse/context.ts'

/** The message that an event becomes. Pure but for its secret. Throws `DeliveryError` where it cannot cross yet. */
export const renderMessage = (delivery: Delivery, me: Me): proto.IMessage => {
  const { text, mentions } = renderMarkup(underSender(delivery.senderLine, bodyOf(delivery.event.content)))
  if (text === '') throw reject('WhatsApp has no empty messages')
  const contextInfo: proto.IContextInfo = {
    ...(delivery.replyTo !== undefined && quoteOf(delivery, delivery.replyTo, me)),
    ...(mentions.length > 0 && { mentionedJid: [...mentions] }),
  }
  return {
    extendedTextMessage: { text, ...(Object.keys(contextInfo).length > 0 && { contextInfo }) },
    // Others need it to encrypt what they add to this message: edits, votes, comments.
    messageContextInfo: { messageSecret: randomBytes(32) },
  }
}

const bodyOf = (content: Content): RichText => {
  switch (content.kind) {
    case 'text':
      return content.body
    case 'notice':
      return { text: content.text, spans: [] }
    case 'placeholder':
      return { text: content.label, spans: [] }
    case 'media':
      throw reject(`A message of the kind "${content.as}" cannot be sent to WhatsApp yet`)
    default:
      throw reject(`A message of the kind "${content.kind}" cannot be sent to WhatsApp yet`)
  }
}

const underSender = (line: string | undefined, body: RichText): RichText => {
  if (line === undefined || line === '') return body
  const shift = line.length + 1
  const bold: Span = { start: 0, length: line.length, style: 'bold' }
  return {
    text: `${line}\n${body.text}`,
    spans: [bold, ...body.spans.map(span => ({ ...span, start: span.start + shift }))],
  }
}

/** Addressed as the chat is: members of a group that shows LIDs do not know us by our number. */
const quoteOf = ({ chat, event }: Delivery, target: StandIn, me: Me): proto.IContextInfo => {
  const address = addressOf(chat)
  const myself = normalizeAddress(isPhone(address) ? me.pn : (me.lid ?? me.pn))
  const author = target.fromMe
    ? myself
    : target.person !== undefined
      ? addressOf(target.person)
      : isGroup(address)
        ? undefined
        : address
  if (author === undefined) return {}
  const quotedMessage =
    target.raw === undefined ? { conversation: event.replyTo?.excerpt ?? '' } : decodeRaw(target.raw)
  return { stanzaId: target.id, participant: author, quotedMessage }
}

export const decodeRaw = (raw: string): proto.IMessage => {
  const message = proto.Message.decode(Buffer.from(raw, 'base64'))
  delete message.messageContextInfo
  return message
}

export interface Sending {
  readonly link: Link
  readonly me: Me
  readonly delivery: Delivery
  /** Keeps the message at hand for devices that ask for it before it is recorded. */
  remember(id: string, message: proto.IMessage): void
}

/**
 * Sends one message and waits for the server's ack: `relayMessage` resolves when the stanza is written, which says
 * nothing yet, and a positive ack has no event of its own in Baileys.
 */
export const sendMessage = async ({ link, me, delivery, remember }: Sending): Promise<void> => {
  const { messageId: id, chat } = delivery
  const message = renderMessage(delivery, me)
  const jid = jidOfChat(chat)
  if (!isGroup(jid) && !isPhone(jid) && !isLid(jid))
    throw reject('WhatsApp chats of this kind cannot be written to')
  if (isPhone(jid)) await link.assertExists(jid)
  remember(id, message)
  const ack = link.awaitAck(id, delivery.signal)
  try {
    await link.sock.relayMessage(jid, message, { messageId: id })
  } catch (error) {
    ack.cancel()
    throw failedToSend(error)
  }
  const answer = await ack.answer
  if (answer === 'closed') throw unsure('The connection closed before WhatsApp confirmed the message')
  if (answer === 'aborted') throw unsure('Stopped before WhatsApp confirmed the message')
  if (answer === 'silence') {
    void link.end('No ack from WhatsApp')
    throw unsure('WhatsApp did not confirm the message in time')
  }
  if (answer.error !== undefined) throw refusedByAck(answer.error)
  delivery.onSent({ id, raw: rawOf(message) })
}
