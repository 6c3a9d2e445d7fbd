import assert from 'node:assert/strict'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'
import { buildWithFailPoints } from '../support/fail-points/build.ts'
import { FailPoints } from '../support/fail-points/index.ts'

for (const moment of ['before', 'after']) {
  test(`killed ${moment} it has written down that it says something of what went out, it says it once, and the message is there once`, async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'wa2tg-points-'))
    const points = new FailPoints(folder.path)
    await using world = await World.open({
      env: points.env,
      binary: await buildWithFailPoints(folder.path),
    })
    const { wa, owner } = world
    const { alice, group } = await world.mapAlice()
    const told = () => group.transcript().filter(({ text }) => text.includes('This is said only once'))

    points.plan({ only: new RegExp(`then disk WhatsApp session, .*job.*: ${moment}$`) })
    const doomed = await world.run()
    points.begin()
    owner.sends(group, { location: { latitude: 52.5, longitude: 13.4, live_period: 900 } })
    assert.equal((await doomed.ended).signal, 'SIGKILL')
    assert.equal(told().length, 0)

    points.plan()
    const bridge = await world.run()
    await eventually(() => told().length === 1, 'the word to the owner', 120_000)
    await alice.send('behind it')
    await eventually(() => group.transcript().at(-1)?.text === 'behind it', 'what comes behind it', 120_000)
    bridge.kill('SIGTERM')
    assert.equal((await bridge.ended).code, 0)
    assert.equal(told().length, 1)
    assert.equal(alice.inbox.length, 1)
    wa.assertNoSurprises()
  })
}
