import assert from 'node:assert/strict'
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

test('An address that is one of several has 2.5 s to let us connect, on both networks and for files', async () => {
  await using dir = await mkdtempDisposable(join(tmpdir(), 'wa2tg-lines-'))
  const connects = join(dir.path, 'connects')
  await using world = await World.open({
    env: {
      NODE_OPTIONS: `--import ${join(import.meta.dirname, 'note-connects.ts')}`,
      WA2TG_TEST_CONNECTS: connects,
    },
  })
  const { wa, tg, owner } = world
  const ports = [wa.url, tg.apiRoot, `https://${wa.mediaHost}`].map(address => new URL(address).port)
  /** To each of the three servers; the file begins anew. */
  const patience = async (): Promise<string[][]> => {
    const lines = (await readFile(connects, 'utf8')).split('\n').map(line => line.split(' '))
    await writeFile(connects, '')
    return ports.map(port => [...new Set(lines.flatMap(([to, ms]) => (to === port && ms ? [ms] : [])))])
  }
  await writeFile(connects, '')
  const alice = wa.addContact({ name: 'Alice' })
  const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights: {} })
  assert.equal((await world.link()).code, 0)
  assert.deepEqual((await patience())[0], ['2500'], 'login')
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  assert.deepEqual((await patience())[1], ['2500'], 'map add')
  await world.run()
  await alice.send(await samples.photo(wa.media, 'The lake'))
  await eventually(() => group.transcript()[0], 'the photo')
  assert.deepEqual(await patience(), [['2500'], ['2500'], ['2500']], 'run')
})
