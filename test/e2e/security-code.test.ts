import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

test('where the config says so, a chat tells that the security code of its contact has changed', async () => {
  await using world = await World.open({ messages: ['security_codes: true'] })
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights: {} })
  assert.equal((await world.link()).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  await world.run()
  await alice.send(samples.text('before'))
  alice.reinstall()
  await alice.send(samples.text('after'))
  const said = () => group.transcript().flatMap(({ from, text }) => (from.isBot ? [text] : []))
  await eventually(() => said().includes('after'), 'the last')
  assert.deepEqual(said(), ['before', '🔐 The security code of Alice has changed', 'after'])
})
