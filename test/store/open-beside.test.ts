import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBeside, openStore, storePath, takeLock } from '../../src/store/index.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { tempDir } from './temp-store.ts'
import { writeOld } from './write-old.ts'

/** A data folder as the release before this one left it. */
const outdated = () => {
  const dir = tempDir()
  writeOld(storePath(dir.path), migrations.length - 1)
  return dir
}

test('a command beside a start that has yet to bring the data up to date waits for that', async () => {
  using dir = outdated()
  await using _bridge = await takeLock(dir.path, 'run')
  // As long as a start reads the file to see that it is whole.
  setTimeout(() => openStore(storePath(dir.path))[Symbol.dispose](), 700)
  using store = await openBeside(dir.path, {})
  assert.equal(store.session('x').get('t', 'i'), 'kept')
})

test('a command beside another one that ends soon brings the data up to date itself', async () => {
  using dir = outdated()
  const login = await takeLock(dir.path, 'login')
  setTimeout(() => void login[Symbol.asyncDispose](), 700)
  using store = await openBeside(dir.path, {})
  assert.equal(store.session('x').get('t', 'i'), 'kept')
})

for (const [command, name, message] of [
  ['run', 'StoreError', /is in use by an older wa2tg \(process \d+, since 20[^)]+\)\. Stop the bridge and/],
  ['login', 'LockedError', /is in use by "wa2tg login" \(process \d+, since 20[^)]+\)\. Stop it first/],
] as const) {
  test(`a command beside a "wa2tg ${command}" that leaves the data as they are names it, and what to do`, async () => {
    using dir = outdated()
    await using _holder = await takeLock(dir.path, command)
    await assert.rejects(openBeside(dir.path, {}), { name, message })
  })
}
