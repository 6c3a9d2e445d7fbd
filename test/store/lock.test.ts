import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { LockedError, lockHolder, takeLock } from '../../src/store/index.ts'
import { updating } from '../../src/store/lock.ts'
import { tempDir } from './temp-store.ts'

const holderScript = `
  import { takeLock } from './src/store/index.ts'
  await takeLock(process.argv[1], 'run')
  process.stdout.write('held')
  setInterval(() => {}, 1000)`

test('the one refused is told who holds the data folder, and a killed holder is no obstacle', async () => {
  using dir = tempDir()
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', holderScript, dir.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  try {
    await once(child.stdout, 'data')
    await assert.rejects(takeLock(dir.path, 'login'), (error: unknown) => {
      assert.ok(error instanceof LockedError)
      assert.equal(error.holder?.pid, child.pid)
      assert.match(error.message, /"wa2tg run" \(process \d+, since 20/)
      return true
    })
    const holder = await lockHolder(dir.path)
    assert.equal(typeof holder === 'object' && holder.command, 'run')
  } finally {
    child.kill('SIGKILL')
    await exited
  }
  assert.equal(await lockHolder(dir.path), undefined)
  await using _lock = await takeLock(dir.path, 'login')
})

test('the lock is free again after it is disposed, also within one process', async () => {
  using dir = tempDir()
  {
    await using _lock = await takeLock(dir.path, 'run')
    await assert.rejects(takeLock(dir.path, 'run'), LockedError)
  }
  await using _again = await takeLock(dir.path, 'run')
})

test('where the note of the holder cannot be removed, as on a disk that is read-only by then, the lock is let go', async () => {
  using dir = tempDir()
  {
    await using _lock = await takeLock(dir.path, 'run')
    // No file that is removed like one: nothing else stops whoever may do everything.
    rmSync(join(dir.path, 'lock.json'))
    mkdirSync(join(dir.path, 'lock.json'))
  }
  assert.equal(await lockHolder(dir.path), undefined)
})

test('a folder in the place of the holder’s note is told as one', async () => {
  using dir = tempDir()
  mkdirSync(join(dir.path, 'lock.json'))
  await assert.rejects(takeLock(dir.path, 'run'), {
    name: 'StoreError',
    message: /lock\.json" is a folder\. Move it away, and start again$/,
  })
  assert.equal(await lockHolder(dir.path), undefined)
})

test('where the file of the lock is damaged, no backup is asked for: it holds nothing', async () => {
  using dir = tempDir()
  const file = join(dir.path, 'lock.db')
  writeFileSync(file, Buffer.alloc(9000, 7))
  const problem = {
    name: 'StoreError',
    message: /"[^"]+lock\.db" is damaged, and holds nothing\. .*delete it/,
  }
  await assert.rejects(takeLock(dir.path, 'run'), problem)
  await assert.rejects(lockHolder(dir.path), problem)
  rmSync(file)
  await using _lock = await takeLock(dir.path, 'run')
})

/** Does something with the file of the lock, as another process may. */
const openFile = (dir: string, sql: string): Sqlite.Database => {
  const file = new Sqlite(join(dir, 'lock.db'))
  file.exec(sql)
  return file
}

test('who only looks whether somebody holds the data folder keeps nobody from taking it', async () => {
  using dir = tempDir()
  const looker = openFile(dir.path, 'BEGIN EXCLUSIVE')
  setTimeout(() => looker.close(), 700)
  await using _lock = await takeLock(dir.path, 'run')
})

test('who only looks keeps nobody from it either where a note is left of one that died, whose number somebody has now', async () => {
  using dir = tempDir()
  // As after a power cut: numbers are given out anew, and often alike.
  const left = { pid: process.pid, command: 'run', startedAt: 1 }
  writeFileSync(join(dir.path, 'lock.json'), JSON.stringify(left))
  const looker = openFile(dir.path, 'BEGIN EXCLUSIVE')
  setTimeout(() => looker.close(), 10)
  await using _lock = await takeLock(dir.path, 'run')
})

test('a command that brings the data up to date holds them for a while, on a slow disk for longer, which a start waits for', async () => {
  using dir = tempDir()
  const update = await takeLock(dir.path, updating)
  // Its note goes first: who looks then sees nobody.
  setTimeout(() => rmSync(join(dir.path, 'lock.json')), 2500)
  setTimeout(() => void update[Symbol.asyncDispose](), 2700)
  await using _lock = await takeLock(dir.path, 'run')
})

test('several may look at once whether somebody holds the data folder', async () => {
  using dir = tempDir()
  const looker = openFile(dir.path, 'BEGIN; SELECT * FROM sqlite_master')
  assert.equal(await lockHolder(dir.path), undefined)
  looker.close()
})
