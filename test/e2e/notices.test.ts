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

  // On a busy machine a picture may come too late for its words.
  const change = (id: number) => {
    walkers.picture(String(1_700_000_000 + id), alice)
    return eventually(() => about()[id], `change ${id}`)
  }
  let count = 0
  let picture = await change(count)
  while (picture.kind !== 'photo' && count < 5) picture = await change(++count)
  assert.deepEqual([picture.kind, picture.text], ['photo', 'Alice\nChanged the photo of the group'])
  assert.deepEqual(
    picture.entities.map(({ type }) => type),
    ['bold', 'italic'],
  )

  // One that cannot be had, and one that stalls, which holds up nobody behind it.
  for (const fault of [
    { kind: 'status', status: 404 },
    { kind: 'stall', after: 1000 },
  ] as const) {
    count += 1
    const changed = change(count)
    assert.ok(walkers.icon)
    wa.media.fault(walkers.icon, fault)
    await alice.send(samples.text(`behind change ${count}`), { to: walkers })
    const words = await changed
    assert.deepEqual([words.kind, words.text], ['text', 'Alice\nChanged the photo of the group'])
    const next = await eventually(
      () => group.transcript().find(({ text }) => text.endsWith(`behind change ${count}`)),
      'what was behind it',
    )
    assert.ok(next.id > words.id, 'they are in order')
  }
  walkers.picture(undefined, alice)
  await alice.send(samples.text('and on it goes'), { to: walkers })
  await eventually(() => group.transcript().some(({ text }) => text.endsWith('and on it goes')), 'the next')
  assert.match(about()[count + 1]?.text ?? '', /Removed the photo/)

  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
