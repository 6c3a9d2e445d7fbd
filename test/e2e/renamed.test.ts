import assert from 'node:assert/strict'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore, type Store, storePath } from '../../src/store/index.ts'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'
import { buildWithFailPoints } from '../support/fail-points/build.ts'
import { FailPoints } from '../support/fail-points/index.ts'

for (const moment of ['before', 'after']) {
  test(`killed ${moment} it has written down that it read the address book, it knows the new name after the next start`, async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'wa2tg-points-'))
    const points = new FailPoints(folder.path)
    await using world = await World.open({
      env: points.env,
      binary: await buildWithFailPoints(folder.path),
    })
    const { alice } = await world.mapAlice()
    const look = <T>(read: (store: Store) => T): T => {
      using store = openStore(storePath(join(world.folder, 'data')))
      return read(store)
    }
    const before = await world.run()
    before.kill('SIGTERM')
    await before.ended

    points.plan({ only: new RegExp(`then disk app state: ${moment}$`) })
    const doomed = await world.run()
    points.begin()
    world.wa.phone.saves(alice, 'Alice Berg')
    assert.equal((await doomed.ended).signal, 'SIGKILL')

    points.plan()
    const bridge = await world.run()
    const isKnown = () => look(store => store.chats.displayName(`whatsapp:${alice.lid}`)) === 'Alice Berg'
    await eventually(isKnown, 'the new name', 120_000)
    // It is written down that all of it was told: the next start asks for nothing.
    const isBehind = () =>
      look(store => store.session('baileys').get('app-state-sync-version', 'behind')) !== undefined
    await eventually(() => !isBehind(), 'the address book to be done with')
    bridge.kill('SIGTERM')
    assert.equal((await bridge.ended).code, 0)
    world.wa.assertNoSurprises()
  })
}
