import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'

test('An invitation to a group is accepted by its button, and an answer says what came of it', async () => {
  await using world = await World.open()
  const { wa, owner } = world
  const { alice, group: place } = await world.mapAlice()
  const bob = wa.addContact({ name: 'Bob' })
  const runners = wa.addGroup({ subject: 'Runners', participants: [alice, bob] })
  runners.remove('me', alice)
  const bridge = await world.run()
  const answers = (words: RegExp) => place.transcript().filter(({ text }) => words.test(text))

  await alice.send({ groupInviteMessage: { ...runners.invite(alice), caption: 'join us' } })
  const invitation = await eventually(() => answers(/Invitation to the group "Runners"/)[0], 'the invitation')
  assert.deepEqual(invitation.buttons, [['Join']])
  assert.equal(runners.includesMe, false)
  owner.presses(place, invitation.id, 'Join')
  const told = await eventually(() => answers(/You are in the group now/)[0], 'the answer')
  assert.equal(told.replyTo, invitation.id)
  assert.equal(runners.includesMe, true)
  // Whoever is in already is told the same.
  owner.presses(place, invitation.id, 'Join')
  await eventually(() => answers(/You are in the group now/).length === 2, 'the second answer')

  const other = world.tg.addSupergroup({ title: 'Runners', members: [owner], botRights: {} })
  const mapped = await world.wa2tg('map', 'add', 'Runners', String(other.id))
  assert.equal(mapped.code, 0, mapped.stderr)
  await bob.send('Sunday at eight', { to: runners })
  await eventually(() => other.transcript().some(({ text }) => text === 'Bob\nSunday at eight'), 'the group')

  runners.remove('me', alice)
  await alice.send({ groupInviteMessage: { ...runners.invite(alice, -60), groupName: 'Late' } })
  const late = await eventually(() => answers(/Invitation to the group "Late"/)[0], 'the late invitation')
  owner.presses(place, late.id, 'Join')
  await eventually(() => answers(/Not joined: the invitation holds no longer/).length === 1, 'why not')
  assert.equal(runners.includesMe, false)

  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  wa.assertNoSurprises()
})
