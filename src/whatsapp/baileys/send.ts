import type { Delivery } from '../../bridge/network.ts'
import { jidOfChat } from '../address.ts'
import type { Me } from './decode.ts'
import type { Link } from './link.ts'
import { rawOf } from './parse/context.ts'
import type { Secrets } from './secrets.ts'
import { complete } from './send/complete.ts'
import { renderMessage } from './send/render.ts'
import { assertWritable, openLink, partId, type Transmitter, transmit } from './transmit.ts'
import type { Uploader } from './upload.ts'

export interface SendContext extends Transmitter {
  readonly me: Me
  readonly secrets: Secrets
  readonly upload: Uploader
}

/** Sends what of an event has not been sent yet, message by message, and reports each at once. */
export const sendDelivery = async (delivery: Delivery, context: SendContext): Promise<void> => {
  const jid = jidOfChat(delivery.chat)
  await assertWritable(jid, context)
  const tools = {
    ...context,
    query: (node: Parameters<Link['sock']['query']>[0]) => openLink(context).sock.query(node),
  }
  const parts = renderMessage(delivery, context.me)
  for (const [position, part] of parts.entries()) {
    if (position < delivery.sent.length) continue
    const id = partId(delivery.messageId, position)
    const message = await complete(part, { id, delivery, tools })
    await transmit(message, { id, jid, signal: delivery.signal, transmitter: context })
    delivery.onSent({ id, raw: rawOf(message) })
  }
}
