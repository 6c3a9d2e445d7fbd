import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LocationContent } from '../../../src/bridge/content.ts'
import type { SentPart } from '../../../src/bridge/network.ts'
import { until } from '../support.ts'
import { changeOf, lastSent } from './changes.ts'
import { Linked } from './linked.ts'

const minute = 60_000
const gate: LocationContent = { kind: 'location', latitude: 52.5, longitude: 13.4, live: 900 }
/** About 110 m to the north. */
const further: LocationContent = { ...gate, latitude: 52.501 }

test('A position that moves is told anew every five minutes and at its end, as an answer to the first', async () => {
  await using linked = await Linked.started()
  const alice = linked.wa.addContact({ name: 'Alice' })
  const chat = `whatsapp:${alice.lid}` as const
  await linked.deliver(gate, { chat })
  const began = lastSent(linked)
  const sent: SentPart[] = []
  const move = async (place: LocationContent, minutes: number): Promise<void> => {
    const parts = [began, ...sent.map(part => ({ ...part, fromMe: true, byBridge: true }))].map(part => ({
      ...part,
      at: Date.now() - minutes * minute,
    }))
    const what = { kind: 'edit', content: place } as const
    await linked.connection.change(changeOf(linked, what, { chat, parts, onSent: part => sent.push(part) }))
  }
  await move(further, 4)
  await move({ ...gate, latitude: 52.5002 }, 20)
  assert.equal(sent.length, 0)
  // WhatsApp tells the time in whole seconds: it may be one late.
  await move(further, 5.1)
  await move({ ...further, live: 0 }, 1)
  assert.equal(sent.length, 1)
  await move({ ...gate, longitude: 13.41, live: 0 }, 1)
  await until('three places', () => alice.inbox.length === 3)
  const seen = alice.inbox.map(({ shown }) => shown)
  assert.deepEqual(
    seen.map(each => each?.location),
    [
      { latitude: 52.5, longitude: 13.4, name: 'Live location (where it began)' },
      { latitude: 52.501, longitude: 13.4, name: 'Live location (moved on)' },
      { latitude: 52.5, longitude: 13.41, name: 'Live location (where it ended)' },
    ],
  )
  assert.deepEqual(
    seen.map(each => each?.quote?.id),
    [undefined, began.id, began.id],
  )
  assert.equal(alice.inbox[2]?.message.messageContextInfo?.messageSecret?.length, 32)
  linked.wa.assertNoSurprises()
})

test('A position that was never delivered, or not as a place, does not move', async () => {
  await using linked = await Linked.started()
  const alice = linked.wa.addContact({ name: 'Alice' })
  const chat = `whatsapp:${alice.lid}` as const
  await linked.deliver('https://maps.example/', { chat })
  const words = { ...lastSent(linked), at: 0 }
  await until('the words', () => alice.inbox.length === 1)
  for (const parts of [[], [words], [{ ...words, fromMe: false }]]) {
    const what = { kind: 'edit', content: further } as const
    await linked.connection.change(changeOf(linked, what, { chat, parts }))
  }
  await linked.deliver('still here', { chat })
  await until('the next message', () => alice.inbox.length === 2)
  linked.wa.assertNoSurprises()
})
