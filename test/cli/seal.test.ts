import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore, storePath, takeLock } from '../../src/store/index.ts'
import { assertTold } from './assert-told.ts'
import { fillStore, Sandbox } from './wa2tg.ts'

const key = 'ab'.repeat(32)

const openSealed = async (): Promise<Sandbox> => {
  const sandbox = await Sandbox.open()
  using store = openStore(storePath(sandbox.dataDir), { key: Buffer.from(key, 'hex'), sealAll: true })
  fillStore(store)
  store.session('x').set([{ type: 't', id: 'i', value: 'zebra' }])
  return sandbox
}

test('every command needs the key of sealed data, and says which', async () => {
  await using sandbox = await openSealed()
  const start = (args: readonly string[], env: Record<string, string> = {}) =>
    sandbox.start([...args, '--data-dir', sandbox.dataDir], { TELEGRAM_BOT_TOKEN: '1:a', ...env }).ended
  for (const args of [['run'], ['status'], ['chats'], ['map', 'list'], ['login'], ['unseal']]) {
    assertTold('"…" is sealed with the key …, and there is no key', await start(args))
  }
  const wrong = await start(['map', 'list'], { WA2TG_KEY: 'cd'.repeat(32) })
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /^[^\n]+ and the one that is set is [\da-f]{16}[^\n]+\n$/)
  const noKey = await start(['map', 'list'], { WA2TG_KEY: 'secret' })
  assert.equal(noKey.code, 2)
  assert.match(noKey.stderr, /64 hex digits\nTo make one, type: /)

  const listed = await start(['map', 'list'], { WA2TG_KEY: key })
  assert.equal(listed.code, 0, listed.stderr)
  assert.match(listed.stdout, /Family/)
})

test('whoever seals the data is told of copies beside them that stay legible, once', async () => {
  await using sandbox = await Sandbox.open()
  {
    using store = openStore(storePath(sandbox.dataDir))
    fillStore(store)
  }
  for (const name of ['damaged-20260102T030405', 'replaced-20260102T030405000Z', 'damaged-by-me'])
    mkdirSync(join(sandbox.dataDir, name))
  const sealed = () =>
    sandbox.start(['logout', '--yes', '--data-dir', sandbox.dataDir], { WA2TG_KEY: key }).ended
  const said = (await sealed()).stderr.split('\n').filter(line => /not the copies/.test(line))
  assert.equal(said.length, 1)
  assert.match(said[0] ?? '', /sealed now.*damaged-20260102T030405.*replaced-20260102T030405000Z/)
  assert.doesNotMatch(said[0] ?? '', /by-me/)
  assert.doesNotMatch((await sealed()).stderr, /not the copies/)
})

test('unseal takes the seal off while nobody uses the data, and the key is needed no more', async () => {
  await using sandbox = await openSealed()
  await sandbox.write('wa2tg.key', `${key}\n`)
  await sandbox.write('config.yaml', 'storage:\n  key_file: wa2tg.key\n')
  {
    await using _lock = await takeLock(sandbox.dataDir, 'run')
    assertTold('"…" is in use', await sandbox.run('unseal'))
  }
  const { code, stderr, stdout } = await sandbox.run('unseal', '--json')
  assert.equal(code, 0, stderr)
  assert.match(stderr, /Take the key out of the config/)
  assert.deepEqual(JSON.parse(stdout), { sealed: false, wasSealed: true })
  await sandbox.write('config.yaml', 'log_level: info\n')
  assert.equal((await sandbox.run('map', 'list')).code, 0)
  assert.ok(readFileSync(join(sandbox.dataDir, 'wa2tg.db')).includes('zebra'))
  assert.match((await sandbox.run('unseal')).stderr, /^Nothing is sealed\n$/)
})

test('a backup of sealed data is sealed as well: putting it back needs no key, using it does', async () => {
  await using sandbox = await openSealed()
  const file = join(sandbox.folder, 'plain')
  const withKey = (...args: string[]) =>
    sandbox.start([...args, '--data-dir', sandbox.dataDir], { WA2TG_KEY: key }).ended
  assert.equal((await withKey('backup', file, '--plain')).code, 0)
  assert.ok(!readFileSync(file).includes('zebra'))
  const words =
    /^It is sealed with the key [\da-f]{16}, without which nothing can be read: set storage\.key_file/m
  const restored = await sandbox.run('restore', file, '--force')
  assert.equal(restored.code, 0, restored.stderr)
  assert.match(restored.stderr, words)
  assertTold('"…" is sealed with the key', await sandbox.run('status'))
  assert.doesNotMatch((await withKey('restore', file, '--force')).stderr, words)
  assert.equal((await withKey('map', 'list')).code, 0)
})

test('where the key is lost, the data are moved away as it says, and the next commands begin anew', async () => {
  await using sandbox = await openSealed()
  const { stderr } = await sandbox.run('login')
  assert.match(stderr, /where the key is lost, move the file away and link anew \(wa2tg login\)$/m)
  renameSync(storePath(sandbox.dataDir), join(sandbox.folder, 'lost.db'))
  assert.match((await sandbox.run('status')).stderr, /WhatsApp is not linked; type: wa2tg login/)
})
