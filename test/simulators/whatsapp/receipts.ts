import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Companion } from './companion.ts'
import { children, el } from './node.ts'
import type { World } from './world.ts'

/** A receipt of the companion: settles what was delivered, or asks its sender to send it again. Always acked. */
export async function acceptReceipt(
  node: BinaryNode,
  { world, companion }: { world: World; companion: Companion },
): Promise<BinaryNode> {
  const { id, to, participant, type = 'delivered', recipient } = node.attrs
  const sender = world.findContact(participant ?? to ?? '') ?? world.phone
  if (type === 'server-error') {
    world.mediaRetries.ask(node)
  } else if (type === 'retry') {
    await sender.handset.retransmit(companion, node)
  } else {
    if (type !== 'read' && type !== 'read-self' && type !== 'hist_sync') companion.queue.settle(node)
    const ids = [id, ...children(children(node)[0], 'item').map(item => item.attrs['id'])]
    for (const one of ids) sender.receipts.push({ id: one ?? '', type })
  }
  const plainType = node.attrs['type']
  return el('ack', { class: 'receipt', id, from: to, participant, recipient, type: plainType })
}

/** An ack of the companion: settles a stanza; with an error the companion has given up on it, which counts too, but for a status. */
export function acceptAck(
  node: BinaryNode,
  { world, companion }: { world: World; companion: Companion },
): void {
  const { id = '', error } = node.attrs
  const settled = error === undefined ? companion.queue.settle(node) : companion.queue.refuse(node)
  if (error !== undefined) world.record.nacks.push({ id, error })
  if (settled.length === 0 && node.attrs['class'] !== 'message') {
    world.record.surprise(`An ack came for "${id}", which was not waiting for one`)
  }
  for (const stanza of settled) {
    const wrong = mistakesIn(node, stanza)
    if (wrong.length > 0) world.record.surprise(`The ack of "${id}" has the wrong ${wrong.join(', ')}`)
  }
}

/** An ack names the sender of what it is about, and repeats its participant and type. */
function mistakesIn(ack: BinaryNode, stanza: BinaryNode): string[] {
  const expected: Record<string, string | undefined> = {
    to: stanza.attrs['from'],
    participant: stanza.attrs['participant'],
    type: stanza.attrs['type'],
  }
  return Object.keys(expected).filter(name => ack.attrs[name] !== expected[name])
}
