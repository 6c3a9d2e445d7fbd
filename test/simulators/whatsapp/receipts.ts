import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Companion } from './companion.ts'
import { child, children, el } from './node.ts'
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
    if (type !== 'read' && type !== 'read-self' && type !== 'hist_sync')
      companion.queue.settle(node, stanza => settles(node, stanza, world))
    const ids = [id, ...children(children(node)[0], 'item').map(item => item.attrs['id'])]
    for (const one of ids) sender.receipts.push({ id: one ?? '', type })
  }
  const plainType = node.attrs['type']
  return el('ack', { class: 'receipt', id, from: to, participant, recipient, type: plainType })
}

/**
 * Whether the server takes a receipt for that of a message: with the address of its sender, device and all, its participant
 * and its recipient (whatsapp-rust #649, #659; whatsmeow, receipt.go, `buildBaseReceipt`), and of the type `sender` where the
 * account itself has written it. By any other the message stays where it is, and comes again.
 */
function settles({ attrs }: BinaryNode, stanza: BinaryNode, world: World): boolean {
  const { from, participant, recipient, category } = stanza.attrs
  if (attrs['to'] !== from || attrs['participant'] !== participant || attrs['recipient'] !== recipient)
    return false
  const isOwn = world.isMe(participant ?? from ?? '')
  return category === 'peer' ? attrs['type'] === 'peer_msg' : isOwn === (attrs['type'] === 'sender')
}

/**
 * An ack of the companion: settles a stanza; with an error the companion has given up on it, which counts too, but for a
 * status. What the account itself has written to somebody only a receipt settles (whatsapp-rust #659).
 */
export function acceptAck(
  node: BinaryNode,
  { world, companion }: { world: World; companion: Companion },
): void {
  const { id = '', error } = node.attrs
  const isAbout = (stanza: BinaryNode) => !isOwnCopy(stanza, world)
  const { queue } = companion
  const settled = error === undefined ? queue.settle(node, isAbout) : queue.refuse(node, isAbout)
  if (error !== undefined) world.record.nacks.push({ id, error })
  if (settled.length === 0 && node.attrs['class'] !== 'message') {
    world.record.surprise(`An ack came for "${id}", which was not waiting for one`)
  }
  for (const stanza of settled) {
    const wrong = mistakesIn(node, stanza)
    if (wrong.length > 0) world.record.surprise(`The ack of "${id}" has the wrong ${wrong.join(', ')}`)
  }
}

const isOwnCopy = (stanza: BinaryNode, world: World): boolean =>
  stanza.attrs['recipient'] !== undefined &&
  world.isMe(stanza.attrs['from'] ?? '') &&
  child(stanza, 'enc') !== undefined

/** An ack names the sender of what it is about, and repeats its participant and type. */
function mistakesIn(ack: BinaryNode, stanza: BinaryNode): string[] {
  const expected: Record<string, string | undefined> = {
    to: stanza.attrs['from'],
    participant: stanza.attrs['participant'],
    type: stanza.attrs['type'],
  }
  return Object.keys(expected).filter(name => ack.attrs[name] !== expected[name])
}
