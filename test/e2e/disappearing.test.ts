import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { openClockWorld } from './clock-world.ts'

const HOUR = 3_600_000
const contextInfo = { expiration: 86_400 }
const brief = (text: string) => ({ extendedTextMessage: { text, contextInfo } })

test('In a chat with a timer both halves go when their time is up, but for what somebody kept, also while the bridge was down', async () => {
  await using clocked = await openClockWorld()
  const { world, setClock } = clocked
  const { wa, tg, owner } = world
  const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
  const botRights = { can_delete_messages: true }
  const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights })
  const weak = tg.addSupergroup({ title: 'Bob', members: [owner] })
  assert.equal((await world.link()).code, 0)
  for (const [name, chat] of [
    ['Alice', group],
    ['Bob', weak],
  ] as const) {
    assert.equal((await world.wa2tg('map', 'add', name, String(chat.id))).code, 0)
  }
  const bridge = await world.run()
  const texts = (chat = group) => chat.transcript().map(({ text }) => text)
  const sentTo = (text: string) =>
    eventually(() => wa.transcript.find(({ shown }) => shown?.text === text), `"${text}" on her phone`)

  await alice.send(brief('goes'), { id: 'GOES' })
  await alice.send(brief('stays'), { id: 'STAYS' })
  await alice.send(brief('kept late'), { id: 'LATE' })
  await bob.send(brief('his'), { id: 'HIS' })
  await eventually(() => texts().length === 3 && texts(weak).length === 1, 'their messages')
  for (const text of ['typed', 'typed and kept']) owner.sends(group, text)
  owner.sends(weak, 'typed where nothing can be deleted')
  const kept = await sentTo('typed and kept')
  assert.equal(kept.shown?.lasts, 86_400)
  await sentTo('typed where nothing can be deleted')
  await alice.acts.keep('STAYS')
  await alice.acts.keep(kept.id)
  await alice.send(brief('last'))
  await eventually(() => texts().includes('last'), 'the last one')

  bridge.kill('SIGKILL')
  await bridge.ended
  await wa.phone.acts(alice).keep('LATE')
  await setClock(25 * HOUR)
  wa.advanceClock(25 * HOUR)
  const again = await world.run()
  const left = ['stays', 'kept late', 'typed and kept']
  await eventually(
    () => texts().length <= left.length && texts(weak).length <= 1,
    'the others to go',
    120_000,
  )
  assert.deepEqual(texts(), left)
  assert.deepEqual(texts(weak), ['typed where nothing can be deleted'])

  await alice.acts.keep('STAYS', { undo: true })
  await eventually(() => !texts().includes('stays'), 'what is kept no more to go', 120_000)
  assert.deepEqual(texts(), ['kept late', 'typed and kept'])
  assert.deepEqual(texts(weak), ['typed where nothing can be deleted'])
  again.kill('SIGTERM')
  assert.equal((await again.ended).code, 0)
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
