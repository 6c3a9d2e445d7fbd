import { createHash } from 'node:crypto'
import type { proto } from '@whiskeysockets/baileys'
import type { Delivery } from '../../bridge/network.ts'
import { reject, unsure } from '../../bridge/verdict.ts'
import { isGroup, isLid, isPhone, jidOfChat } from '../address.ts'
import type { Me } from './decode.ts'
import { failedToSend, notConnected, refusedByAck } from './errors.ts'
import type { Link } from './link.ts'
import { rawOf } from './parse/context.ts'
import type { Secrets } from './secrets.ts'
import { complete } from './send/complete.ts'
import { renderMessage } from './send/render.ts'
import type { Uploader } from './upload.ts'

export interface SendContext {
  /** The socket, while it is open: it may be another one after a long upload. */
  link(): Link | undefined
  readonly me: Me
  readonly secrets: Secrets
  readonly upload: Uploader
  /** Keeps the message at hand for devices that ask for it before it is recorded. */
  remember(id: string, message: proto.IMessage): void
}

/** Sends what of an event has not been sent yet, message by message, and reports each at once. */
export const sendDelivery = async (delivery: Delivery, context: SendContext): Promise<void> => {
  const jid = jidOfChat(delivery.chat)
  if (!isGroup(jid) && !isPhone(jid) && !isLid(jid))
    throw reject('WhatsApp chats of this kind cannot be written to')
  if (isPhone(jid)) await openLink(context).assertExists(jid)
  const tools = {
    ...context,
    query: (node: Parameters<Link['sock']['query']>[0]) => openLink(context).sock.query(node),
  }
  const parts = renderMessage(delivery, context.me)
  for (const [position, part] of parts.entries()) {
    if (position < delivery.sent.length) continue
    const id = partId(delivery.messageId, position)
    const message = await complete(part, { id, delivery, tools })
    await sendMessage(message, { id, jid, delivery, context })
    delivery.onSent({ id, raw: rawOf(message) })
  }
}

const openLink = ({ link }: SendContext): Link => {
  const open = link()
  if (open === undefined) throw notConnected()
  return open
}

/** The first message has the id of the delivery, each further one an id made of it: the same at every attempt. */
const partId = (messageId: string, position: number): string => {
  if (position === 0) return messageId
  const digest = createHash('sha256').update(`${messageId} ${position}`).digest('hex').toUpperCase()
  return messageId.slice(0, 4) + digest.slice(0, messageId.length - 4)
}

/**
 * Sends one message and waits for the server's ack: `relayMessage` resolves when the stanza is written, which says
 * nothing yet, and a positive ack has no event of its own in Baileys.
 */
const sendMessage = async (
  message: proto.IMessage,
  { id, jid, delivery, context }: { id: string; jid: string; delivery: Delivery; context: SendContext },
): Promise<void> => {
  const link = openLink(context)
  context.remember(id, message)
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
}
