import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { files } from '../simulators/samples.ts'
import type { SimChat } from '../simulators/telegram/index.ts'
import { World } from '../simulators/world.ts'

const said = (group: SimChat) =>
  group
    .transcript()
    .filter(({ from }) => from.isBot)
    .map(({ text }) => text)

/** What the bridge says first in a chat where it has said nothing yet. */
const firstWord = (group: SimChat) => eventually(() => said(group)[0], 'a word of the bridge', 60_000)

test('An edit that may have arrived is not said to have failed, nor is it said to send it again', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const { alice, group } = await world.mapAlice()
  await world.run()
  const { message_id } = owner.sends(group, 'at five')
  await eventually(() => alice.inbox.length === 1, 'the message')
  // Its link is written when it is shown as gone.
  owner.reacts(group, message_id, '👍')
  const line = await eventually(() => wa.transcript.find(({ from }) => from === 'bridge'), 'its line')
  await eventually(() => line.reactions?.[wa.account.lid] === '👍', 'the reaction')
  wa.cutNextSend('before-ack')
  wa.refuseNextLogin(503)
  owner.edits(group, message_id, 'at six')
  await eventually(() => line.edited !== undefined, 'the edit on her phone')
  wa.advanceClock(16 * 60_000)
  assert.equal(
    await firstWord(group),
    'Perhaps not changed for Alice, but it may have arrived: WhatsApp lets a message be changed for 15 minutes only. Look on the phone before you send anything again',
  )
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})

test('A message that may have arrived is not said to have failed, and can be taken back', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const { alice, group } = await world.mapAlice()
  await world.run()
  wa.cutNextSend('before-ack')
  wa.refuseNext(463)
  const { message_id } = owner.sends(group, 'the code is 1234')
  const words = await firstWord(group)
  assert.equal(alice.inbox.length, 1)
  assert.match(words, /^Perhaps not delivered to Alice, but it may have arrived: .* Look on the phone/)
  owner.sends(group, { text: '/delete', reply_to: message_id })
  await eventually(() => wa.transcript.find(({ from }) => from === 'bridge')?.deleted, 'it to go')
  // Without the right to delete it here, too.
  await eventually(() => said(group).includes('🗑 This message was deleted'), 'the word of it')
  const signs = tg.doneOf('setMessageReaction').map(({ params }) => JSON.stringify(params['reaction']))
  assert.ok(!signs.some(sign => sign.includes('👎')), 'it did not fail')
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})

test('Of a voice note whose words may have arrived both are taken back', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const { alice, group } = await world.mapAlice()
  await world.run()
  wa.holdAcks(true)
  const { message_id } = owner.sends(group, { voice: { bytes: files.voice() }, caption: 'the code is 1234' })
  await eventually(() => alice.inbox.length === 1, 'the voice note')
  wa.cutNextSend('before-ack')
  wa.refuseNext(463)
  wa.holdAcks(false)
  const words = await firstWord(group)
  assert.equal(alice.inbox.length, 2)
  assert.match(words, /^Perhaps not delivered to Alice, but it may have arrived: /)
  owner.sends(group, { text: '/delete', reply_to: message_id })
  await eventually(() => said(group).includes('🗑 This message was deleted'), 'the word of it')
  const sent = wa.transcript.filter(({ from }) => from === 'bridge')
  assert.deepEqual(
    sent.map(({ deleted }) => deleted),
    [true, true],
  )
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
