import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import { openClockWorld } from './clock-world.ts'

const HOUR = 3_600_000

test('What ends by itself ends in Telegram, though the bridge was down at that moment: a pin, a poll, a disappearing message', async () => {
  await using clocked = await openClockWorld()
  const { world, setClock } = clocked
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const botRights = { can_pin_messages: true, can_delete_messages: true }
  const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights })
  assert.equal((await world.link()).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  const bridge = await world.run()
  const seen = (words: string) => group.transcript().find(({ text }) => text.includes(words))

  for (const [id, text] of [
    ['DAY', 'pinned for a day'],
    ['WEEK', 'pinned for a week'],
  ] as const) {
    await alice.send(samples.text(text), { id })
  }
  await alice.acts.pin('DAY', { seconds: 86_400 })
  await alice.acts.pin('WEEK', { seconds: 604_800 })
  const option = (text: string) => ({ text, voter_count: 0, persistent_id: text })
  const close_date = Math.floor(Date.now() / 1000) + 86_400
  const poll = { id: '1', question: 'Where?', options: [option('Here'), option('There')], type: 'regular' }
  owner.sends(group, { fields: { poll: { ...poll, allows_multiple_answers: false, close_date } } })
  const asked = await eventually(
    () => wa.transcript.find(({ message }) => message.pollCreationMessageV3),
    'the poll on her phone',
  )
  await alice.acts.vote(asked.id, ['There'])
  await eventually(() => seen('There · 1 · Alice')?.buttons.length === 2, 'her vote')
  // From here on her chat has a timer, and what is typed into it would vanish, too.
  const contextInfo = { expiration: 86_400 }
  await alice.send({ extendedTextMessage: { text: 'gone tomorrow', contextInfo } })
  await alice.acts.poll('Lunch?', ['Pizza', 'Sushi'], { endTime: Date.now() + 86_400_000 })
  const lunch = await eventually(() => seen('Lunch?'), 'her poll')
  assert.match(lunch.text, /Choose one · Ends /)
  assert.deepEqual(lunch.buttons, [['Pizza'], ['Sushi']])
  await eventually(() => seen('gone tomorrow'), 'the message that will vanish')
  assert.deepEqual(
    group.state.pinned.map(String).sort(),
    [seen('for a day')?.id, seen('for a week')?.id].map(String).sort(),
  )

  bridge.kill('SIGKILL')
  await bridge.ended
  await setClock(25 * HOUR)
  wa.advanceClock(25 * HOUR)
  const again = await world.run()
  await eventually(() => seen('gone tomorrow') === undefined, 'the message to vanish')
  await eventually(() => group.state.pinned.length === 1, 'the pin to end')
  assert.deepEqual(group.state.pinned.map(String), [String(seen('for a week')?.id)])
  const over = await eventually(() => /Ended/.test(seen('Lunch?')?.text ?? '') && seen('Lunch?'), 'her poll')
  assert.deepEqual([over.id, over.buttons], [lunch.id, []])
  const tally = await eventually(() => /Ended/.test(seen('Where?')?.text ?? '') && seen('Where?'), 'the poll')
  assert.deepEqual(tally.buttons, [])
  assert.match(tally.text, /There · 1 · Alice/)

  again.kill('SIGTERM')
  assert.equal((await again.ended).code, 0)
  wa.assertNoSurprises()
})
