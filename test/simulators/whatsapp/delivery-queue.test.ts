import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { DeliveryQueue } from './delivery-queue.ts'
import { el } from './node.ts'
import type { Wire } from './wire.ts'

test('an ack settles the receipt that it is about, where one person has given several for a message', () => {
  const queue = new DeliveryQueue(() => undefined)
  const from = '900000000000002@lid'
  const receipts = ['read', 'retry', undefined].map(type => el('receipt', { id: 'A', from, type }))
  for (const receipt of receipts) queue.push(receipt)
  const [read, retry, delivered] = receipts
  const ack = (type?: string) => queue.settle(el('ack', { class: 'receipt', id: 'A', to: from, type }))
  assert.deepEqual([ack('retry'), ack(), ack('read')], [[retry], [delivered], [read]])
  assert.deepEqual(queue.pending, [])
})

/** A queue whose companion logs in at each `login`, and what it then gets. */
const openQueue = () => {
  const queue = new DeliveryQueue(() => undefined)
  const got: string[] = []
  const login = (): void => {
    const send = ({ tag, attrs, content }: BinaryNode) => {
      const [child] = Array.isArray(content) ? content : []
      got.push(child?.tag ?? `${tag} ${attrs['id']}${attrs['offline'] === undefined ? '' : ' offline'}`)
    }
    queue.start({ send } as unknown as Wire)
  }
  return { queue, login, take: () => got.splice(0) }
}

test('what waits comes as it is asked for, and what is new behind it, before the end is marked', () => {
  const { queue, login, take } = openQueue()
  for (const id of ['1', '2', '3']) queue.push(el('message', { id }))
  login()
  assert.deepEqual(take(), ['offline_preview'])
  queue.ask(2)
  queue.push(el('message', { id: '4' }))
  assert.deepEqual(take(), ['message 1 offline', 'message 2 offline'])
  assert.equal(queue.isLive, false)
  queue.ask(2)
  queue.push(el('message', { id: '5' }))
  assert.deepEqual(take(), ['message 3 offline', 'message 4 offline', 'offline', 'message 5'])
})

test('a status that is acknowledged with an error comes alone at each login, until it is settled', () => {
  const { queue, login, take } = openQueue()
  const from = 'status@broadcast'
  queue.push(el('message', { id: '1' }))
  queue.push(el('message', { id: 'status', from }))
  queue.push(el('message', { id: '2' }))
  const ack = el('ack', { class: 'message', id: 'status', to: from })
  login()
  queue.ask(2)
  queue.refuse(el('ack', { ...ack.attrs, error: '500' }))
  queue.ask(2)
  assert.deepEqual(take(), ['offline_preview', 'message 1 offline', 'message status offline'])
  login()
  queue.ask(5)
  assert.deepEqual(take(), ['offline_preview', 'message status offline'])
  queue.settle(ack)
  assert.deepEqual(take(), ['message 1 offline', 'message 2 offline', 'offline'])
})
