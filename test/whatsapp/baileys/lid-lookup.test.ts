import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

const USYNC = 'usync get usync'

for (const how of [429, 500, 'silence'] as const) {
  test(`Messages of a number whose LID WhatsApp does not tell cross all the same (${how})`, async () => {
    await using linked = await Linked.started()
    const { wa, bridge } = linked
    const stranger = wa.addContact({ pushName: 'Stranger', addressing: 'pn', pair: 'asked' })
    wa.refuseQuery(USYNC, how)
    const ids = [await stranger.send('one'), await stranger.send('two')]
    await until('both messages', () => bridge.said.length === 2)
    await until('both receipts', () => ids.every(id => stranger.receipts.some(each => each.id === id)))
    assert.deepEqual(bridge.said, ['one', 'two'])
    assert.deepEqual(wa.nacks, [])
    // The session stands under the number, and Baileys moves none of a person whose devices it has not asked for
    // (lib/Signal/libsignal.js, migrateSession): the next one may have to be asked for again.
    stranger.pair = 'told'
    stranger.addressing = 'lid'
    await stranger.send('three')
    await until('a third message', () => bridge.said.length === 3)
    await linked.deliver('an answer', { chat: `whatsapp:${stranger.lid}` })
    await until('the answer', () => stranger.inbox.length === 1)
    assert.deepEqual(bridge.said, ['one', 'two', 'three'])
    wa.assertNoSurprises()
  })
}

test('A number that has no LID as far as anybody knows is written to and heard', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  const stranger = wa.addContact({ pushName: 'Stranger', addressing: 'pn', pair: 'unknown' })
  await stranger.send('one')
  await until('the message', () => bridge.said.length === 1)
  await linked.deliver('an answer', { chat: `whatsapp:${stranger.pn}` })
  await until('the answer', () => stranger.inbox.length === 1)
  await stranger.send('two')
  await until('another message', () => bridge.said.length === 2)
  assert.deepEqual(bridge.said, ['one', 'two'])
  assert.deepEqual(wa.nacks, [])
  wa.assertNoSurprises()
})

test('A number is written to for the first time where WhatsApp tells of no LID, or not just now', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  for (const pair of ['unknown', 'asked'] as const) {
    const stranger = wa.addContact({ pushName: 'Stranger', addressing: 'pn', pair })
    // The first question is whether there is such an account.
    await linked.deliver('hello', { chat: `whatsapp:${stranger.pn}` })
    await until('the message', () => stranger.inbox.length === 1)
  }
  wa.assertNoSurprises()
})
