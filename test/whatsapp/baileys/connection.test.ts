import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DeliveryError } from '../../../src/bridge/verdict.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

describe('login', () => {
  test('a scanned QR code links this machine, with the steps on the way', async () => {
    await using linked = await Linked.link()
    const kinds = linked.steps.map(({ kind }) => kind)
    assert.deepEqual(kinds, ['qr', 'pairing', 'syncing', 'linked'])
    assert.deepEqual(linked.steps.at(-1), {
      kind: 'linked',
      account: '15550000001@s.whatsapp.net',
      name: 'Olivia Owner',
    })
    linked.wa.assertNoSurprises()
  })
})

describe('receiving', () => {
  test('a private message becomes an event', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice', pushName: 'Ali' })
    await alice.send('hello *there*')
    await until('the event', () => linked.bridge.events.length === 1)
    const [arrival] = linked.bridge.arrivals
    assert.equal(arrival?.event.chat, `whatsapp:${alice.lid}`)
    assert.deepEqual(arrival?.aliases, [`whatsapp:${alice.pn}`])
    assert.equal(arrival?.event.sender.name, 'Ali')
    assert.deepEqual(linked.bridge.said, ['hello there'])
    await until('the receipt', () => linked.wa.pending.length === 0)
    linked.wa.assertNoSurprises()
  })
})

describe('sending', () => {
  test('text arrives, and is sent when the server has confirmed it', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    await alice.send('hi')
    await until('the event', () => linked.bridge.events.length === 1)
    await linked.deliver('hello', { chat: `whatsapp:${alice.lid}`, messageId: '3EB0AABB' })
    assert.deepEqual(
      linked.sent.map(({ id }) => id),
      ['3EB0AABB'],
    )
    await until('the message', () => alice.inbox.length === 1)
    assert.equal(alice.inbox[0]?.message.extendedTextMessage?.text, 'hello')
    linked.wa.assertNoSurprises()
  })

  test('is offline when there is no connection', async () => {
    await using linked = await Linked.link()
    await assert.rejects(
      linked.deliver('x', { chat: 'whatsapp:1@lid' }),
      (error: unknown) => error instanceof DeliveryError && error.verdict.kind === 'offline',
    )
  })
})
