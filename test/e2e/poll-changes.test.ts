import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'

test('A poll of the newest kind gets another question and options of others, which count in both apps; forged ones do not', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const bob = wa.addContact({ name: 'Bob' })
  const family = wa.addGroup({ subject: 'Family', participants: [alice, bob] })
  const group = tg.addSupergroup({ title: 'Family', members: [owner], botRights: {} })
  assert.equal((await world.link()).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Family', String(group.id))).code, 0)
  const bridge = await world.run()
  const seen = (words: string) => group.transcript().find(({ text }) => text.includes(words))
  const line = (id: string) => wa.transcript.find(each => each.id === id)
  const to = family

  const open = await alice.acts.poll('Lunch?', ['Pizza', 'Sushi'], { to, allowAddOption: true, version: 6 })
  const closed = await alice.acts.poll('When?', ['One', 'Two'], { to })
  const asked = await eventually(() => seen('Lunch?'), 'the poll')
  assert.deepEqual(asked.buttons, [['Pizza'], ['Sushi']])
  await alice.acts.vote(open, ['Sushi'], { to })
  await bob.acts.addOption(open, 'Crêpes', { to })
  await bob.acts.addOption(closed, 'Forged option', { to })
  await bob.acts.editPoll(open, 'Forged question?', { to })
  await alice.acts.addOption(closed, 'Three', { to })
  await alice.acts.editPoll(open, 'Dinner?', { to })
  await bob.acts.vote(open, ['Crêpes'], { to })

  const dinner = await eventually(
    () => /Crêpes · 1 · Bob/.test(seen('Dinner?')?.text ?? '') && seen('Dinner?'),
  )
  assert.equal(dinner.id, asked.id)
  assert.match(dinner.text, /Pizza\n.*Sushi · 1 · Alice\n.*Crêpes · 1 · Bob\nChoose one · 2 voted$/)
  assert.deepEqual(dinner.buttons, [['Pizza'], ['Sushi'], ['Crêpes']])
  await eventually(() => seen('When?')?.buttons.length === 3, 'the third option')
  assert.deepEqual(seen('When?')?.buttons, [['One'], ['Two'], ['Three']])

  const query = owner.presses(group, dinner.id, 'Crêpes')
  await eventually(() => line(open)?.votes?.[wa.account.lid]?.join() === 'Crêpes', 'the vote on their phones')
  assert.equal(tg.callback(query).answered, true)
  await eventually(() => /Crêpes · 2/.test(seen('Dinner?')?.text ?? ''), 'the tally')
  assert.equal(seen('Forged'), undefined)

  const hidden = await alice.acts.poll('Secret?', ['Yes', 'No'], { to, hideParticipantName: true })
  await eventually(() => seen('Secret?'), 'the anonymous poll')
  await bob.acts.vote(hidden, ['No'], { to })
  const secret = await eventually(() => /No · 1/.test(seen('Secret?')?.text ?? '') && seen('Secret?'))
  assert.doesNotMatch(secret.text, /Bob/)

  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
