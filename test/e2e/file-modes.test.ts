import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { after, before, test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

/** What is forbidden to everything that this process and those that it starts make: nothing. */
let usual = 0
before(() => {
  usual = process.umask(0)
})
after(() => {
  process.umask(usual)
})

/** Looks at all that stands in the folder of the program now, but for what the test put there. Returns the names. */
const assertPrivate = async ({ folder }: World, when: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.map(entry => join(entry.parentPath, entry.name))
  const names = paths.map(path => relative(folder, path)).filter(name => name !== 'tmp')
  for (const name of names) {
    // Side files of SQLite come and go.
    const found = await stat(join(folder, name)).catch(() => undefined)
    if (found) assert.equal(found.mode & 0o077, 0, `${name} is open to others ${when}`)
  }
  return names
}

test('whatever the umask allows, all files of login, run, backup and restore are for their owner alone, also of those that were killed', async () => {
  const env: Record<string, string> = {
    NODE_OPTIONS: `--import ${join(import.meta.dirname, 'die-at.ts')}`,
    WA2TG_PASSPHRASE: 'correct horse battery staple',
  }
  await using world = await World.open({ env })
  const login = world.start('login', '--pairing-code', '+15550000001')
  const code = await login.says(({ stdout }) => /^\w{4}-\w{4}$/m.exec(stdout)?.[0])
  assert.ok((await assertPrivate(world, 'during login')).includes('data/wa2tg.db'))
  await world.wa.phone.enterPairingCode(code.replace('-', ''))
  assert.equal((await login.ended).code, 0)

  const { wa, tg, owner } = world
  const zoe = wa.addContact({ phone: '15550000002', lid: '900000000000002', name: 'Zoe', pushName: 'Zoe' })
  const group = tg.addSupergroup({ title: 'Zoe', members: [owner], botRights: {} })
  assert.equal((await world.wa2tg('map', 'add', '+15550000002', String(group.id))).code, 0)
  const bridge = await world.run()
  await zoe.send(await samples.photo(wa.media, 'a picture'))
  await eventually(() => group.transcript().length === 1, 'the picture')
  assert.ok((await assertPrivate(world, 'during run')).includes('data/wa2tg.db-wal'))
  if (process.platform === 'linux')
    assert.match(await readFile(`/proc/${bridge.pid}/coredump_filter`, 'utf8'), /^0+$/m)

  const file = join(world.folder, 'backup.wa2tg')
  /** Is killed at that point, and leaves this behind. */
  const dies = async (at: string, left: RegExp, ...args: readonly string[]) => {
    env['WA2TG_TEST_DIE_AT'] = at
    const { signal, stderr } = await world.wa2tg(...args)
    assert.equal(signal, 'SIGKILL', stderr)
    const names = await assertPrivate(world, `after ${args[0]} was killed at ${at}`)
    assert.ok(
      names.some(name => left.test(name)),
      names.join(),
    )
  }
  await dies('rm 1', /^data\/\.copy-[^/]+\/wa2tg\.db$/, 'backup', file)
  await dies('rename 1', /^backup\.wa2tg\..*\.new$/, 'backup', file)
  env['WA2TG_TEST_DIE_AT'] = ''
  assert.equal((await world.wa2tg('backup', file)).code, 0)
  bridge.kill('SIGKILL')
  await bridge.ended
  await dies('rename 1', /^data\/restoring\/wa2tg\.db\..*\.new$/, 'restore', file, '--force')
  await dies('rename 4', /^data\/replaced-[^/]+\/wa2tg\.db$/, 'restore', file, '--force')
  env['WA2TG_TEST_DIE_AT'] = ''
  assert.equal((await world.wa2tg('restore', file, '--force')).code, 0)
  assert.ok((await assertPrivate(world, 'after restore')).includes('data/wa2tg.db'))
})
