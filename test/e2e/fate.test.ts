import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'

test('a message to WhatsApp shows that it was delivered and read, when the config says so', async () => {
  await using world = await World.open({ messages: ['receipts: true'] })
  const { alice, group } = await world.mapAlice()
  await world.run()
  const typed = world.owner.sends(group, 'Are you there?')
  const sent = await eventually(() => alice.inbox[0], 'the message')
  const signs = () =>
    world.tg
      .doneOf('setMessageReaction')
      .filter(({ params }) => params['message_id'] === typed.message_id)
      .map(({ params }) => JSON.stringify(params['reaction']))
  await eventually(() => signs().length === 1, 'the sign that it was delivered')
  await alice.read([sent.id])
  await eventually(() => signs().length === 2, 'the sign that it was read')
  assert.match(signs()[0] ?? '', /👌/)
  assert.match(signs()[1] ?? '', /👀/)
  // Somebody's reaction takes its place, for as long as it is there.
  await alice.acts.react(sent.id, '👍')
  await eventually(() => signs().length === 3, 'the reaction')
  await alice.acts.react(sent.id, '')
  await eventually(() => signs().length === 4, 'the sign again')
  assert.match(signs()[2] ?? '', /👍/)
  assert.match(signs()[3] ?? '', /👀/)
  world.wa.assertNoSurprises()
  world.tg.assertNoSurprises()
})

test('nothing is shown of delivery and reading unless the config says so', async () => {
  await using world = await World.open()
  const { alice, group } = await world.mapAlice()
  await world.run()
  world.owner.sends(group, 'Are you there?')
  const sent = await eventually(() => alice.inbox[0], 'the message')
  await alice.read([sent.id])
  await alice.send('Yes')
  await eventually(() => group.transcript().some(({ text }) => text === 'Yes'), 'the answer')
  assert.deepEqual(world.tg.callsOf('setMessageReaction'), [])
})

test('a disappearing message goes from Telegram when its time is up', async () => {
  await using world = await World.open()
  const { alice, group } = await world.mapAlice()
  await world.run()
  const expiration = 5
  await alice.send({ extendedTextMessage: { text: 'for a moment', contextInfo: { expiration } } })
  // Where the machine is slow it may be gone again before anybody looks.
  const isShown = () => world.tg.doneOf('sendMessage').some(({ params }) => params['text'] === 'for a moment')
  await eventually(isShown, 'the message')
  await eventually(() => group.transcript().every(({ text }) => text !== 'for a moment'), 'its end', 120_000)
})
