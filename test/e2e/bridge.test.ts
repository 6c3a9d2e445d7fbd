import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { files, samples, textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

test('A linked bridge carries a chat both ways and loses nothing when it is killed', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()

  await alice.send(samples.text('Are you *there*?'))
  const [question] = await eventually(() => group.transcript().length === 1 && group.transcript(), 'the text')
  assert.equal(question?.text, 'Are you there?')
  assert.deepEqual(
    question?.entities.map(({ type, offset, length }) => ({ type, offset, length })),
    [{ type: 'bold', offset: 8, length: 5 }],
  )

  await alice.send(await samples.photo(wa.media, 'The lake'))
  const photo = await eventually(() => group.transcript()[1], 'the photo')
  assert.deepEqual([photo.kind, photo.text, photo.file?.size], ['photo', 'The lake', files.photo().length])

  owner.sends(group, { text: 'Yes, here', reply_to: question?.id ?? 0 })
  const answer = await eventually(() => alice.inbox[0], 'the answer')
  assert.equal(textOf(answer.message), 'Yes, here')
  assert.equal(answer.copies, 1)

  for (const number of [1, 2, 3]) await alice.send(samples.text(`Before the kill ${number}`))
  bridge.kill('SIGKILL')
  await bridge.ended
  for (const number of [1, 2, 3]) await alice.send(samples.text(`After the kill ${number}`))
  const again = await world.run()
  await eventually(() => group.transcript().length >= 9, 'all messages', 120_000)
  assert.deepEqual(
    group
      .transcript()
      .slice(3)
      .map(({ text }) => text),
    [1, 2, 3]
      .map(number => `Before the kill ${number}`)
      .concat([1, 2, 3].map(number => `After the kill ${number}`)),
  )

  again.kill('SIGTERM')
  assert.equal((await again.ended).code, 0)
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})

test('A running bridge follows what is mapped and unmapped beside it at once', async () => {
  await using world = await World.open()
  const { wa } = world
  const { alice, group } = await world.mapAlice()
  const bob = wa.addContact({ name: 'Bob', pushName: 'Bob' })
  const other = world.tg.addSupergroup({ title: 'Bob', members: [world.owner], botRights: {} })
  await world.run()
  await bob.send('to nobody')
  assert.equal((await world.wa2tg('map', 'add', 'Bob', String(other.id))).code, 0)
  await bob.send('to Bob’s group')
  await eventually(() => other.transcript().length === 1, 'the message of a chat that was mapped just now')
  assert.equal((await world.wa2tg('map', 'remove', 'Alice')).code, 0)
  await alice.send('to nobody')
  await bob.send('the last')
  await eventually(() => other.transcript().length === 2, 'the message behind the one that goes nowhere')
  assert.deepEqual(group.transcript(), [])
  assert.deepEqual(
    other.transcript().map(({ text }) => text),
    ['to Bob’s group', 'the last'],
  )
  wa.assertNoSurprises()
})

test('What is written where the mapping was removed, and to the bot itself, gets a word that it goes nowhere, once', async () => {
  await using world = await World.open()
  const { tg, owner } = world
  const { alice, group } = await world.mapAlice()
  const home = tg.addPrivateChat(owner)
  const elsewhere = tg.addSupergroup({ title: 'Of something else', members: [owner], botRights: {} })
  const said = (chat: typeof group) =>
    chat.transcript().flatMap(({ from, text, replyTo }) => (from.isBot ? [[text.slice(0, 9), replyTo]] : []))
  await world.run()
  assert.equal((await world.wa2tg('map', 'remove', 'Alice')).code, 0)
  const first = owner.sends(group, 'to nobody').message_id
  owner.sends(group, 'nor this')
  owner.sends(elsewhere, 'among ourselves')
  const hello = owner.sends(home, 'hello bot').message_id
  owner.sends(home, 'is anybody there?')
  await eventually(() => said(group).length > 0 && said(home).length > 0, 'both words')
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  owner.sends(group, 'to Alice')
  await eventually(() => alice.inbox.length > 0, 'what goes to her again')
  assert.equal((await world.wa2tg('map', 'remove', 'Alice')).code, 0)
  const again = owner.sends(group, 'to nobody again').message_id
  await eventually(() => said(group).length > 1, 'the word behind the second removal')
  assert.deepEqual(said(group), [
    ['Not sent:', first],
    ['Not sent:', again],
  ])
  assert.deepEqual([said(home), said(elsewhere)], [[['Not sent:', hello]], []])
  assert.doesNotMatch(JSON.stringify(group.transcript().filter(({ from }) => from.isBot)), /Alice/)
  assert.deepEqual(
    alice.inbox.map(({ message }) => textOf(message)),
    ['to Alice'],
  )
  tg.assertNoSurprises()
})
