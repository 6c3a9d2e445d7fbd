import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'

test('what was typed in a group before "map add" stays there, and what was typed behind it goes with the first "run"', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const [alice, bob] = ['Alice', 'Bob'].map(name => wa.addContact({ name }))
  assert.ok(alice && bob)
  assert.equal((await world.link()).code, 0)
  const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights: {} })
  const first = owner.sends(group, 'setting up that thing for Alice (annoying)')
  owner.sends(group, 'milk, bread')
  tg.advanceClock(10_000)
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  owner.sends(group, 'good morning')
  const words = () => group.transcript().filter(({ text }) => text.startsWith('Not sent'))
  {
    await using bridge = await world.run()
    await eventually(() => alice.inbox.length > 0, 'the greeting')
    await eventually(() => words().length > 0, 'the word about the others')
    bridge.kill('SIGTERM')
    assert.equal((await bridge.ended).code, 0)
  }
  owner.sends(group, 'love you')
  tg.advanceClock(10_000)
  assert.equal((await world.wa2tg('map', 'remove', 'Alice')).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Bob', String(group.id))).code, 0)
  owner.sends(group, 'good morning, Bob')
  await using bridge = await world.run()
  await eventually(() => bob.inbox.length > 0, 'the other greeting')
  await eventually(() => words().length > 1, 'another word')
  owner.sends(group, 'lunch?')
  await eventually(() => bob.inbox.length > 1, 'the question')
  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  assert.deepEqual(
    [alice, bob].map(({ inbox }) => inbox.map(({ shown }) => shown?.text)),
    [['good morning'], ['good morning, Bob', 'lunch?']],
  )
  assert.equal(words().length, 2)
  assert.equal(words()[0]?.replyTo, first.message_id)
  assert.match(words()[0]?.text ?? '', /^Not sent: you wrote this before this chat was mapped\. /)
  tg.assertNoSurprises()
})
