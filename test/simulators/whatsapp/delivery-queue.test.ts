import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeliveryQueue } from './delivery-queue.ts'
import { el } from './node.ts'

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
