import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import '../simulators/whatsapp/quiet.ts'
import { openStore, storePath } from '../../src/store/index.ts'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import type { Contact } from '../simulators/whatsapp/index.ts'
import { el } from '../simulators/whatsapp/node.ts'
import { World } from '../simulators/world.ts'
import { buildWithFailPoints } from '../support/fail-points/build.ts'
import { FailPoints } from '../support/fail-points/index.ts'

const waiting = 'Waiting for this message; it may be on the phone already'

/** A message that nobody can read, and that its sender does not send again. */
const unreadable = ({ lid, pn, pushName }: Contact) => {
  const id = randomBytes(8).toString('hex')
  const attrs = { id, t: '1790000000', type: 'text', notify: pushName, from: lid, sender_pn: pn }
  return el('message', attrs, [el('enc', { v: '2', type: 'msg' }, randomBytes(60))])
}

for (const isLinkedAnew of [false, true]) {
  test(`what had come but was no delivery yet when a backup was made does not come again when it is put back${isLinkedAnew ? ' and linked anew' : ''}`, async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'wa2tg-points-'))
    const points = new FailPoints(folder.path)
    await using world = await World.open({ env: points.env, binary: await buildWithFailPoints(folder.path) })
    const { alice, group } = await world.mapAlice()
    const seen = () => group.transcript().map(({ text }) => text)
    const isSeen = (words: string) => eventually(() => seen().includes(words), words, 120_000)
    const rows = (type: string) => {
      using store = openStore(storePath(join(world.folder, 'data')))
      return [...store.session('baileys').list(type)].length
    }
    const end = async (bridge: Awaited<ReturnType<World['run']>>) => {
      bridge.kill('SIGTERM')
      assert.equal((await bridge.ended).code, 0)
    }

    points.plan({ only: /then disk .*journal(?! mark).*: after$/ })
    const doomed = await world.run()
    await alice.send(samples.text('Before'))
    await isSeen('Before')
    world.wa.inject(unreadable(alice))
    await eventually(() => rows('waiting') === 1, 'the message that cannot be read')
    points.begin()
    await alice.send(samples.text('Half-way'))
    assert.equal((await doomed.ended).signal, 'SIGKILL')
    points.plan()
    assert.equal((await world.wa2tg('backup', 'copy.db', '--plain')).code, 0)

    const bridge = await world.run()
    await isSeen('Half-way')
    await isSeen(waiting)
    await alice.send(samples.text('Since'))
    await isSeen('Since')
    await end(bridge)
    const before = seen()
    assert.deepEqual(before.toSorted(), ['Before', 'Half-way', 'Since', waiting])
    const { code, stderr } = await world.wa2tg('restore', 'copy.db', '--force')
    assert.equal(code, 0, stderr)

    if (isLinkedAnew) {
      const { code, stderr } = await world.wa2tg('logout', '--yes')
      assert.equal(code, 0, stderr)
      await world.link()
    }
    const again = await world.run()
    await eventually(() => rows('waiting') === 0, 'the placeholder')
    await alice.send(samples.text('Behind'))
    await isSeen('Behind')
    assert.equal(rows('restored'), 0)
    await end(again)
    assert.deepEqual(seen(), [...before, 'Behind'])
    world.tg.assertNoSurprises()
  })
}
