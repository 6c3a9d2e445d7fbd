import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { openStore, storePath } from '../../src/store/index.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { ForgetfulDisk, filesIn } from '../support/disk/forgetful-disk.ts'
import { seededRandom } from '../support/disk/seeded-random.ts'
import { type DiskCall, watchDisk } from '../support/disk/watch-disk.ts'
import { tempDir } from './temp-store.ts'
import { writeOld } from './write-old.ts'

const victim = join(import.meta.dirname, 'open-victim.ts')

const schemaOf = (path: string): unknown => {
  const sqlite = new Sqlite(path, { readonly: true })
  const schema = sqlite.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY name').all()
  const version = sqlite.pragma('user_version', { simple: true })
  sqlite.close()
  return { schema, version }
}

const whole = (() => {
  using dir = tempDir()
  openStore(storePath(dir.path))[Symbol.dispose]()
  return schemaOf(storePath(dir.path))
})()

/** Opens what was left behind, as `run` does. */
const assertWhole = (path: string, version: number, where: string): void => {
  const store = openStore(path, { check: true })
  const kept = store.session('x').get('t', 'i')
  store[Symbol.dispose]()
  assert.equal(kept, version === 0 ? undefined : 'kept', where)
  assert.deepEqual(schemaOf(path), whole, where)
}

// Elsewhere SQLite cannot be watched without a compiler.
if (process.platform === 'linux') {
  for (const version of [0, migrations.length - 1]) {
    test(`killed before any step on the way from schema ${version}, the next start finishes the way`, () => {
      let killed = 0
      for (let nth = 1; ; nth += 1) {
        using dir = tempDir()
        const path = storePath(dir.path)
        writeOld(path, version)
        const { status, signal, stderr } = spawnSync(process.execPath, [victim, path, String(nth)])
        assertWhole(path, version, `killed before step ${nth}`)
        if (signal !== 'SIGKILL') {
          assert.equal(status, 0, String(stderr))
          break
        }
        killed += 1
      }
      assert.ok(killed > 5, `killed ${killed} times`)
    })
  }

  for (const version of migrations.keys()) {
    test(`in a power cut on the way from schema ${version}, the next start finishes the way`, () => {
      using dir = tempDir()
      const path = storePath(dir.path)
      writeOld(path, version)
      const disk = new ForgetfulDisk(dir.path, filesIn(dir.path))
      const calls: DiskCall[] = []
      {
        using _watch = watchDisk(call => void calls.push(call))
        openStore(path)[Symbol.dispose]()
      }
      for (const [index, call] of calls.entries()) {
        disk.apply(call)
        for (let seed = 1; seed <= 3; seed += 1) {
          using found = tempDir()
          disk.crash(found.path, seededRandom(index * 10 + seed))
          assertWhole(storePath(found.path), version, `cut behind change ${index + 1}, seed ${seed}`)
        }
      }
    })
  }
}
