import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'

test('What is changed in WhatsApp of a message from before its group became a supergroup changes nothing there', async () => {
  await using world = await World.open({ messages: ['receipts: true'] })
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const friend = tg.addUser({ id: 7002, first_name: 'Zoe' })
  const group = tg.addGroup({
    title: 'Alice',
    members: [owner, friend],
    botRights: { can_delete_messages: true, can_pin_messages: true },
  })
  assert.equal((await world.link()).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  const bridge = await world.run('--log-level', 'debug')
  const typed = owner.sends(group, 'typed before')
  const sent = await eventually(() => alice.inbox.find(({ shown }) => shown?.text === 'typed before'), 'it')
  await eventually(() => tg.callsOf('setMessageReaction').length === 1, 'that it was delivered')

  // In the supergroup ids begin anew: another message has the id of the first one.
  const moved = tg.migrate(group)
  const texts = () => moved.transcript().flatMap(({ text }) => (text === '' ? [] : [text]))
  await alice.send('hello')
  await eventually(() => texts().includes('hello'), 'what follows in the supergroup')
  for (let last = 0; last < typed.message_id; ) last = friend.sends(moved, 'another').message_id
  await eventually(() => tg.pendingUpdates === 0, 'the bridge to have those, too')
  const before = moved.transcript()
  assert.ok(before.some(({ id, text }) => id === typed.message_id && text === 'another'))

  alice.read([sent.id])
  await alice.acts.react(sent.id, '❤️')
  await wa.phone.acts(alice).revoke(sent.id)
  await alice.send('last')
  await eventually(() => texts().includes('last'), 'the last one')
  assert.deepEqual(moved.transcript().slice(0, -1), before)
  assert.deepEqual([tg.callsOf('deleteMessage').length, tg.callsOf('setMessageReaction').length], [0, 1])
  tg.assertNoSurprises()
  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
})

test('What the owner writes while the bridge is away, before and after a group becomes a supergroup, goes to WhatsApp in order', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const group = tg.addGroup({ title: 'Alice', members: [owner] })
  assert.equal((await world.link()).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  for (const n of [1, 2]) owner.sends(group, `before it ${n}`)
  const moved = tg.migrate(group)
  for (const n of [1, 2]) owner.sends(moved, `behind it ${n}`)
  const bridge = await world.run()
  await alice.send('and back')
  await eventually(() => moved.transcript().at(-1)?.text === 'and back', 'the answer')
  await eventually(() => alice.inbox.length === 4, 'all that the owner wrote')
  assert.deepEqual(
    alice.inbox.map(({ shown }) => shown?.text),
    ['before it 1', 'before it 2', 'behind it 1', 'behind it 2'],
  )
  const [first] = tg.callsOf('getUpdates')
  assert.ok(JSON.stringify(first).includes('behind it 2'), 'all of it came in one batch')
  tg.assertNoSurprises()
  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
})

test('What the owner writes is carried whichever of the two words about the supergroup comes first, and no message is taken for another', async () => {
  await using world = await World.open({ messages: ['receipts: true'] })
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const friend = tg.addUser({ id: 7002, first_name: 'Zoe' })
  const group = tg.addGroup({ title: 'Alice', members: [owner, friend], botRights: {} })
  assert.equal((await world.link()).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  const bridge = await world.run()
  const came = () => alice.inbox.map(({ shown }) => shown?.text)
  const before = owner.sends(group, 'before it')
  await eventually(() => came().length === 1, 'the first one')
  let late = 0
  const moved = tg.migrate(group, made => {
    owner.sends(made, 'in between')
    late = owner.sends(group, { text: 'written before, told late', reply_to: before.message_id }).message_id
  })
  await eventually(() => came().length === 3, 'what comes between the two words')
  // In the supergroup another one has the id that this one had in the group.
  for (let last = 0; last < late - 1; ) last = friend.sends(moved, 'another').message_id
  assert.equal(owner.sends(moved, 'last').message_id, late)
  await alice.send('and back')
  await eventually(() => moved.transcript().at(-1)?.text === 'and back', 'the answer')
  await eventually(() => came().length === 4, 'all that the owner wrote')
  assert.deepEqual(came(), ['before it', 'in between', 'written before, told late', 'last'])
  assert.deepEqual(
    moved
      .transcript()
      .filter(({ from }) => from.isBot)
      .map(({ text }) => text),
    ['and back'],
  )
  tg.assertNoSurprises()
  wa.assertNoSurprises()
  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
})
