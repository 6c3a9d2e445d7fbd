import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { clearLeftovers } from '../../../src/store/index.ts'
import { tempDir } from '../temp-store.ts'

const leftovers = new URL('../../../src/store/backup/leftovers.ts', import.meta.url).href

/** Of a process that runs no more. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid

const put = (folder: string, file: string): void => {
  const path = join(folder, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'a copy')
}

const age = (path: string): void => utimesSync(path, 0, 0)

test('the copy of a backup goes once its process is gone, or it is older than any that may be at work', () => {
  using dir = tempDir()
  const [left, atWork, old] = [`.copy-${deadPid()}-aB3dE6`, `.copy-${process.pid}-aB3dE6`, '.copy-1-aB3dE6']
  for (const name of [left, atWork, old]) put(dir.path, `${name}/wa2tg.db`)
  age(join(dir.path, old))
  clearLeftovers(dir.path)
  // Whoever has that number in another container may be at work.
  assert.deepEqual(readdirSync(dir.path).sort(), [atWork, left].sort())
  clearLeftovers(dir.path, { now: Date.now() + 120_000 })
  assert.deepEqual(readdirSync(dir.path), [atWork])
})

/** A process that says when it holds a folder, and does so until it is killed. */
const spawnHolder = (folder: string) => {
  const hold = `
    const { holdFolder } = await import(${JSON.stringify(leftovers)})
    globalThis.held = holdFolder(${JSON.stringify(folder)})
    console.log('held')
    setInterval(() => undefined, 1000)`
  return spawn(process.execPath, ['--input-type=module', '-e', hold], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

test('the copy of one that is just about to hold it stays, too, however often somebody looks', async () => {
  // Which of both is the quicker one is chance.
  for (let attempt = 0; attempt < 8; attempt += 1) {
    using dir = tempDir()
    const folder = join(dir.path, `.copy-${process.pid}-aB3dE6`)
    mkdirSync(folder)
    const child = spawnHolder(folder)
    const exited = once(child, 'exit')
    try {
      let isOver = false
      void Promise.race([once(child.stdout, 'data'), exited]).then(() => {
        isOver = true
      })
      while (!isOver) {
        clearLeftovers(dir.path)
        await nextTurn()
      }
      assert.ok(existsSync(folder), `attempt ${attempt}`)
      assert.equal(child.exitCode, null)
    } finally {
      child.kill('SIGKILL')
      await exited
    }
  }
})

test('the copy of one that holds it stays, whatever its number says here and however old it is, and goes when that one is dead', async t => {
  using dir = tempDir()
  const name = `.copy-${deadPid()}-aB3dE6`
  put(dir.path, `${name}/wa2tg.db`)
  const folder = join(dir.path, name)
  const child = spawnHolder(folder)
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  age(folder)
  clearLeftovers(dir.path, { holdsLock: true })
  assert.deepEqual(readdirSync(dir.path), [name])
  child.kill('SIGKILL')
  await once(child, 'exit')
  utimesSync(folder, new Date(), new Date())
  clearLeftovers(dir.path)
  assert.deepEqual(readdirSync(dir.path), [])
})

test("the owner's own backups and folders stay, whatever they are called and however old they are", () => {
  using dir = tempDir()
  const pid = deadPid()
  const files = [
    'backup-2026-10-01.wa2tg',
    'backup-november/wa2tg.backup',
    'backup-winter/wa2tg.db',
    `.copy-${pid}-aB3dE6`,
    `.copy-${pid}-of-mine/wa2tg.db`,
    '.copy-me-aB3dE6/wa2tg.db',
  ]
  for (const file of files) put(dir.path, file)
  for (const name of readdirSync(dir.path)) age(join(dir.path, name))
  clearLeftovers(dir.path, { holdsLock: true })
  assert.deepEqual(
    files.filter(file => !existsSync(join(dir.path, file))),
    [],
  )
})

test("what cannot be removed, as another user's, stops neither the start nor the removal of the rest", () => {
  using dir = tempDir()
  const pid = deadPid()
  const [theirs, ours] = [`.copy-${pid}-aaaaaa`, `.copy-${pid}-bbbbbb`]
  for (const name of [theirs, ours]) put(dir.path, `${name}/wa2tg.db`)
  chmodSync(join(dir.path, theirs), 0)
  {
    using _ = asOwnerOf(dir.path, ours)
    clearLeftovers(dir.path, { now: Date.now() + 120_000 })
    clearLeftovers(join(dir.path, 'nowhere'))
  }
  assert.ok(!existsSync(join(dir.path, ours)))
  if (existsSync(join(dir.path, theirs))) chmodSync(join(dir.path, theirs), 0o700)
})

/** Nothing is refused to root: this process becomes a user who has the folder, and one of those in it. */
const asOwnerOf = (folder: string, own: string): Disposable => {
  const { seteuid } = process
  if (process.getuid?.() !== 0 || seteuid === undefined) return { [Symbol.dispose]: () => undefined }
  const nobody = 65_534
  for (const path of [folder, join(folder, own)]) chownSync(path, nobody, -1)
  seteuid(nobody)
  return { [Symbol.dispose]: () => seteuid(0) }
}
