import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { WhatsAppSimulator } from '../../simulators/whatsapp/index.ts'
import { trustTestCa } from '../../simulators/whatsapp/media-server.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

before(trustTestCa)

/** How often somebody's devices were asked for. */
const questions = ({ requests }: WhatsAppSimulator): number =>
  requests.filter(({ tag, attrs }) => tag === 'iq' && attrs['xmlns'] === 'usync').length

for (const addressing of ['lid', 'pn'] as const)
  test(`A device that was linked since the last message gets the next one, once (${addressing})`, async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const alice = wa.addContact({ name: 'Alice', addressing })
    const chat = `whatsapp:${alice[addressing]}` as const
    await linked.deliver('one', { chat })
    await until('the first', () => alice.inbox.length === 1)
    // Nobody tells of it but the ack.
    const laptop = alice.link()
    await linked.deliver('two', { chat })
    await until('the second', () => laptop.inbox.length === 1)
    await linked.deliver('three', { chat })
    await until('the third', () => alice.inbox.length === 3 && laptop.inbox.length === 2)
    const shown = [alice, laptop].map(({ inbox }) => inbox.map(({ shown, copies }) => [shown?.text, copies]))
    assert.deepEqual(shown, [
      [
        ['one', 1],
        ['two', 2],
        ['three', 1],
      ],
      [
        ['two', 1],
        ['three', 1],
      ],
    ])
    wa.assertNoSurprises()
  })

test('Where each ack has the hash of the devices, nothing goes twice and the devices are not asked for each time', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  wa.hashAllAcks()
  const alice = wa.addContact({ name: 'Alice' })
  const chat = `whatsapp:${alice.lid}` as const
  await linked.deliver('one', { chat })
  const asked = questions(wa)
  for (const text of ['two', 'three', 'four']) await linked.deliver(text, { chat })
  assert.equal(questions(wa), asked)
  const laptop = alice.link()
  for (const text of ['five', 'six']) await linked.deliver(text, { chat })
  await until('all', () => alice.inbox.length === 6 && laptop.inbox.length === 2)
  assert.deepEqual(
    alice.inbox.map(({ copies }) => copies),
    [1, 1, 1, 1, 2, 1],
  )
  assert.equal(questions(wa), asked + 1)
  wa.assertNoSurprises()
})

/** Somebody who has a message, and links a laptop behind it. */
const beginWithNewDevice = async () => {
  const linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const chat = `whatsapp:${alice.lid}` as const
  await linked.deliver('one', { chat })
  const laptop = alice.link()
  return { linked, wa, alice, chat, laptop }
}

test('A message whose newer devices cannot be asked for has gone all the same', async () => {
  const { linked, wa, alice, chat, laptop } = await beginWithNewDevice()
  await using _ = linked
  wa.refuseQuery('usync get usync', 500)
  await linked.deliver('two', { chat })
  await linked.deliver('three', { chat })
  await until('the third', () => alice.inbox.length === 3 && laptop.inbox.length === 1)
  assert.equal(laptop.inbox[0]?.shown?.text, 'three')
  wa.assertNoSurprises()
})

test('One whose newer devices are not told in time is done with when the bridge stops, and the next message finds them', async () => {
  const { linked, wa, alice, chat, laptop } = await beginWithNewDevice()
  await using _ = linked
  const asked = questions(wa)
  wa.refuseQuery('usync get usync', 'silence')
  const stop = new AbortController()
  const sending = linked.deliver('two', { chat, signal: stop.signal })
  await until('the question', () => questions(wa) > asked)
  stop.abort()
  await sending
  await linked.deliver('three', { chat })
  await until('the third', () => alice.inbox.length === 3 && laptop.inbox.length === 1)
  assert.equal(laptop.inbox[0]?.shown?.text, 'three')
  wa.assertNoSurprises()
})
