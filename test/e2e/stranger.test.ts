import assert from 'node:assert/strict'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'
import { buildWithFailPoints } from '../support/fail-points/build.ts'
import { FailPoints } from '../support/fail-points/index.ts'

test('killed when it has just taken what a stranger wrote, it tells the owner after the next start', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'wa2tg-points-'))
  const points = new FailPoints(folder.path)
  await using world = await World.open({ env: points.env, binary: await buildWithFailPoints(folder.path) })
  const { wa, tg, owner } = world
  const home = tg.addPrivateChat(owner)
  const sam = tg.addUser({ id: 7002, first_name: 'Sam' })
  wa.addContact({ name: 'Alice' })
  const place = tg.addSupergroup({ title: 'Alice', members: [owner, sam], botRights: {} })
  assert.equal((await world.link()).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(place.id))).code, 0)
  const told = () => home.transcript().filter(({ text }) => text.includes('Sam wrote in the Telegram chat'))

  points.plan({ only: /then disk .*offset.*: after$/ })
  const doomed = await world.run()
  points.begin()
  sam.sends(place, 'hello')
  assert.equal((await doomed.ended).signal, 'SIGKILL')
  assert.deepEqual(told(), [])

  points.plan()
  const bridge = await world.run()
  await eventually(() => told().length === 1, 'the word to the owner')
  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
})
