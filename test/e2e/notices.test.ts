import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

test('A group’s new picture is seen in Telegram; where it cannot be had, the words stand alone', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const walkers = wa.addGroup({ subject: 'Walkers', participants: [alice] })
  const group = tg.addSupergroup({ title: 'Walkers', members: [owner], botRights: {} })
  assert.equal((await world.link()).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Walkers', String(group.id))).code, 0)
  const bridge = await world.run()
  const about = () => group.transcript().filter(({ text }) => text.includes('the photo of the group'))

  walkers.picture('1700000000', alice)
  const picture = await eventually(() => about()[0], 'the picture')
  assert.deepEqual([picture.kind, picture.text], ['photo', 'Alice\nChanged the photo of the group'])
  assert.deepEqual(
    picture.entities.map(({ type }) => type),
    ['bold', 'italic'],
  )

  walkers.picture('1700000001', alice)
  assert.ok(walkers.icon)
  wa.media.fault(walkers.icon, { kind: 'status', status: 404 })
  const words = await eventually(() => about()[1], 'the words')
  assert.deepEqual([words.kind, words.text], ['text', 'Alice\nChanged the photo of the group'])
  walkers.picture(undefined, alice)
  await alice.send(samples.text('and on it goes'), { to: walkers })
  await eventually(() => group.transcript().some(({ text }) => text.endsWith('and on it goes')), 'the next')
  assert.match(about()[2]?.text ?? '', /Removed the photo/)

  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
