import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { storePath, takeLock } from '../../src/store/index.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import type { Outcome } from '../simulators/program.ts'
import { writeOld } from '../store/write-old.ts'
import { assertTold } from './assert-told.ts'
import { fillStore, Sandbox } from './wa2tg.ts'

const start = (
  sandbox: Sandbox,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> =>
  sandbox.start([...args, '--data-dir', sandbox.dataDir], { TELEGRAM_BOT_TOKEN: '1:a', ...env }).ended
const run = (sandbox: Sandbox, env: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
  start(sandbox, ['run'], env)
const preload = (file: string): string => `--import ${join(import.meta.dirname, file)}`

const openFilled = async (): Promise<Sandbox> => {
  const sandbox = await Sandbox.open()
  using store = sandbox.openStore()
  fillStore(store)
  return sandbox
}

/** One line, in the words of that row of the README's table of troubles. */
const assertRefused = (outcome: Outcome, row: string): void => {
  const { stdout, stderr } = outcome
  assertTold(row, outcome)
  assert.equal(stdout, '')
  assert.equal(stderr.trimEnd().split('\n').length, 1, stderr)
}

test('a damaged database ends the run with 2, one line, and one copy', async () => {
  await using sandbox = await openFilled()
  const path = storePath(sandbox.dataDir)
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(statSync(path).size - 8192, 0x5a), 0, undefined, 8192)
  closeSync(file)
  for (let attempt = 0; attempt < 2; attempt += 1) {
    assertRefused(await run(sandbox), '"…" is damaged')
  }
  assert.equal(readdirSync(sandbox.dataDir).filter(name => name.startsWith('damaged-')).length, 1)
})

test('a start that has much to read says so first, and no other does', async () => {
  await using sandbox = await openFilled()
  const words = /"info"[^\n]*"The data are read once, to see that they are whole: \d+ MB"/
  assert.doesNotMatch((await run(sandbox)).stderr, words)
  // What stands behind its last page is nothing to SQLite.
  truncateSync(storePath(sandbox.dataDir), 60_000_000)
  assert.match((await run(sandbox)).stderr, words)
})

test('every command says the same of a damaged database, and what to do', async () => {
  await using sandbox = await openFilled()
  const size = statSync(storePath(sandbox.dataDir)).size
  await writeFile(storePath(sandbox.dataDir), Buffer.alloc(size, 0x5a))
  for (const { code, stderr } of [
    await run(sandbox),
    await sandbox.run('status'),
    await sandbox.run('chats'),
  ]) {
    assert.equal(code, 2)
    assert.match(
      stderr,
      /^"[^"]+" is damaged[^\n]*\(wa2tg restore FILE --force\), or move it away and link anew\n$/,
    )
  }
})

test('a database from a newer wa2tg ends every command with 2 and what to do', async () => {
  await using sandbox = await openFilled()
  const newer = new Sqlite(storePath(sandbox.dataDir))
  newer.pragma('user_version = 999')
  newer.close()
  for (const outcome of [await run(sandbox), await sandbox.run('status'), await sandbox.run('chats')]) {
    assertRefused(outcome, '"…" was written by a newer')
  }
})

const schemaOf = (path: string): unknown => {
  const sqlite = new Sqlite(path, { readonly: true })
  const version = sqlite.pragma('user_version', { simple: true })
  sqlite.close()
  return version
}

test('beside a bridge of an older version a command changes nothing of its data, and says so', async () => {
  await using sandbox = await Sandbox.open()
  mkdirSync(sandbox.dataDir)
  const path = storePath(sandbox.dataDir)
  const old = migrations.length - 1
  writeOld(path, old)
  const beside = [['status'], ['chats'], ['map', 'list'], ['map', 'remove', 'x'], ['map', 'add', 'x', '-1']]
  {
    await using _bridge = await takeLock(sandbox.dataDir, 'run')
    for (const outcome of await Promise.all(beside.map(args => start(sandbox, args))))
      assertRefused(outcome, '"…" is in use by an older wa2tg (process …)')
    assert.equal(schemaOf(path), old)
  }
  assert.equal((await sandbox.run('map', 'list')).code, 0)
  assert.equal(schemaOf(path), migrations.length)
})

test('a file where the data folder should be ends every command with 2 and what to do', async () => {
  await using sandbox = await Sandbox.open()
  await writeFile(sandbox.dataDir, '')
  for (const { code, stderr } of [await run(sandbox), await sandbox.run('status')]) {
    assert.equal(code, 2)
    assert.match(stderr, /^[^\n]+ cannot be opened\. Check that the folder exists[^\n]+\n$/)
  }
})

test('a database that cannot be opened ends a command beside the bridge with 2 and what to do', async () => {
  await using sandbox = await Sandbox.open()
  mkdirSync(storePath(sandbox.dataDir), { recursive: true })
  for (const command of ['status', 'chats', 'map list', 'map remove Family', 'backup x --plain']) {
    const { code, stderr } = await start(sandbox, command.split(' '))
    assert.equal(code, 2, stderr)
    assert.match(stderr, /^[^\n]+ cannot be opened\. Check that the folder exists[^\n]+\n$/)
  }
})

// Elsewhere the system does not say what is mounted, and SQLite's calls cannot be made to fail without a compiler.
if (process.platform === 'linux') {
  test('a data folder where none can be made ends a command with 2 and what to do', async () => {
    await using sandbox = await Sandbox.open()
    const main = join(import.meta.dirname, '../../src/main.ts')
    // Node's own way to make folders one in another tries that for ever, deaf to SIGTERM.
    const { status, stderr } = spawnSync(
      process.execPath,
      [main, 'status', '--data-dir', '/proc/none/data'],
      {
        cwd: sandbox.folder,
        env: { HOME: sandbox.folder },
        encoding: 'utf8',
        timeout: 30_000,
        killSignal: 'SIGKILL',
      },
    )
    assert.equal(status, 2)
    assert.match(stderr, /^[^\n]+ cannot be opened\. Check that the folder exists[^\n]+\n$/)
  })

  test('a data folder on a network drive ends the run with 2 and what to do, and nothing is written there', async () => {
    await using sandbox = await Sandbox.open()
    const mounts = `28 1 179:2 / / rw - ext4 /dev/sda1 rw
60 28 0:45 / ${sandbox.folder} rw,relatime - nfs4 nas.lan:/home rw,vers=4.2
`
    const outcome = await run(sandbox, {
      NODE_OPTIONS: preload('set-mounts.ts'),
      WA2TG_TEST_MOUNTS: mounts,
    })
    assertRefused(outcome, '"…" is on a network drive')
    assert.deepEqual(readdirSync(sandbox.dataDir), [])
  })

  test('a database that is a link to a network drive is refused, and nothing is written there', async () => {
    await using sandbox = await openFilled()
    const share = join(sandbox.folder, 'share')
    mkdirSync(share)
    renameSync(storePath(sandbox.dataDir), join(share, 'wa2tg.db'))
    symlinkSync(join(share, 'wa2tg.db'), storePath(sandbox.dataDir))
    const env = {
      NODE_OPTIONS: preload('set-mounts.ts'),
      WA2TG_TEST_MOUNTS: `28 1 179:2 / / rw - ext4 /dev/sda1 rw
60 28 0:45 / ${share} rw,relatime - cifs //nas.lan/share rw
`,
    }
    for (const args of [['run'], ['status'], ['map', 'list']])
      assertRefused(await start(sandbox, args, env), '"…" is on a network drive')
    assert.deepEqual(readdirSync(share), ['wa2tg.db'])
  })

  for (const [what, folder] of [
    ['a data folder', 'data'],
    ['the place for a new one', 'new/data'],
  ] as const) {
    test(`a disk that is mounted read-only, with ${what}, ends the run with 2 and what to do, and nothing is changed`, async () => {
      await using sandbox = await openFilled()
      const env = {
        NODE_OPTIONS: preload('read-only-disk.ts'),
        NODE_NO_WARNINGS: '1',
        TELEGRAM_BOT_TOKEN: '1:a',
        WA2TG_TEST_READ_ONLY: join(sandbox.folder, folder.split('/')[0] ?? ''),
      }
      const before = readdirSync(sandbox.folder, { recursive: true })
      const args = ['run', '--data-dir', join(sandbox.folder, folder)]
      const { code, stdout, stderr } = await sandbox.start(args, env).ended
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, stderr)
      assert.match(stderr, /^"[^"]+" cannot be written\. Make the disk and the file writable[^\n]*\n$/)
      assert.deepEqual(readdirSync(sandbox.folder, { recursive: true }), before)
    })
  }

  for (const trouble of ['read-only', 'full']) {
    test(`a disk that is ${trouble} at the start ends the run with 2, one line, and what is there stays`, async () => {
      await using sandbox = await openFilled()
      const env = {
        NODE_OPTIONS: preload('../support/disk/trouble-disk.ts'),
        NODE_NO_WARNINGS: '1',
        WA2TG_DISK_TROUBLE: await sandbox.write('trouble', trouble),
      }
      const { code, stdout, stderr } = await run(sandbox, env)
      assert.equal(code, 2, stderr)
      assert.equal(stdout, '')
      assert.match(
        stderr.trimEnd(),
        trouble === 'full'
          ? /^The disk that holds ".*" is full\. Make room[^\n]*$/
          : /^[^\n]*(cannot be (opened|written))[^\n]*$/,
      )
      using store = sandbox.openStore()
      assert.equal(store.mappings.list().length, 1)
    })
  }
}
