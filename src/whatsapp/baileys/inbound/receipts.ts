import type { BinaryNode, WASocket } from '@whiskeysockets/baileys'
import { chatRef } from '../../../bridge/chat-ref.ts'
import { type ChangeEvent, receiptId } from '../../../bridge/event.ts'
import type { Arrival } from '../../../bridge/network.ts'
import { isLid, isPhone } from '../../address.ts'
import { childOf, childrenOf } from '../node.ts'
import { type Addresses, canonical } from '../parse/context.ts'
import type { Book } from './book.ts'

/** Types of `<receipt>` by what they say of a message (whatsmeow types/presence.go, Baileys lib/Utils/generics.js). */
const STATES: ReadonlyMap<string, 'delivered' | 'read'> = new Map([
  ['', 'delivered'],
  ['inactive', 'delivered'],
  ['read', 'read'],
  ['played', 'read'],
])

/** Hands over what receipts say of messages, from now on. */
export const hearReceipts = (
  { ws }: WASocket,
  { book, receive }: { book: Book; receive: (arrivals: Arrival[]) => void },
): void => {
  ws.on('CB:receipt', (node: BinaryNode) => {
    const arrivals = readReceipt(node, book.context, Date.now())
    if (arrivals.length > 0) receive(arrivals)
  })
}

/**
 * What a `<receipt>` stanza says of messages in a private chat. In groups every member's phone sends its own, which would
 * be told many times over.
 */
const readReceipt = (node: BinaryNode, context: Addresses, now: number): Arrival[] => {
  const { attrs } = node
  const state = STATES.get(attrs['type'] ?? '')
  const peer = canonical(attrs['from'], undefined, context)
  if (state === undefined || peer === undefined) return []
  if (!isLid(peer.address) && !isPhone(peer.address)) return []
  const chat = chatRef('whatsapp', peer.address)
  return idsIn(node).map(id => {
    const event: ChangeEvent = {
      version: 1,
      kind: 'receipt',
      chat,
      id: receiptId(id, state),
      sender: { person: chat, me: false },
      sentAt: now,
      target: { id },
      state,
    }
    return { event, ...(peer.aliases.length > 0 && { aliases: peer.aliases }) }
  })
}

/** One receipt can be about several messages: one in its own attribute, the others in a list. */
const idsIn = (receipt: BinaryNode): string[] => {
  const items = [receipt, ...childrenOf(childOf(receipt, 'list'))]
  return items.flatMap(({ attrs: { id } }) => id || [])
}
