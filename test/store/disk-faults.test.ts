import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore, StoreError, storePath } from '../../src/store/index.ts'
import { type DiskCall, errno, watchDisk } from '../support/disk/watch-disk.ts'
import { tempDir, tempStore } from './temp-store.ts'

const rows = (number: number) => [{ type: 't', id: String(number), value: String(number).repeat(20_000) }]

/** What the operating system answers, at which calls, and what the person at the keyboard is told. */
const faults: readonly (readonly [what: string, kinds: DiskCall['kind'][], code: number, words: RegExp])[] = [
  ['is full', ['write'], errno.ENOSPC, /is full\. Make room/],
  ['cannot flush', ['sync'], errno.EIO, /fails\. Check the disk/],
  ['cannot write', ['write', 'truncate'], errno.EIO, /fails\. Check the disk/],
]

// Elsewhere SQLite's calls cannot be made to fail without a compiler.
if (process.platform === 'linux') {
  for (const [what, kinds, code, words] of faults) {
    test(`whenever a disk ${what}, a commit is whole or refused in clear words, and goes through afterwards`, () => {
      using store = tempStore()
      const session = store.session('x')
      let left = Number.POSITIVE_INFINITY
      using _watch = watchDisk(call => {
        if (kinds.includes(call.kind)) left -= 1
        return kinds.includes(call.kind) && left <= 0 ? code : undefined
      })
      let refused = 0
      // Enough for the log to be written back several times; every fault lasts until the next commit.
      for (let number = 0; number < 400; number += 1) {
        left = (number % 20) + 1
        let error: unknown
        try {
          session.set(rows(number))
        } catch (thrown) {
          error = thrown
        }
        left = Number.POSITIVE_INFINITY
        if (error !== undefined) {
          assert.ok(error instanceof StoreError, String(error))
          assert.match(error.message, words)
          assert.equal(session.get('t', String(number)), undefined)
          refused += 1
        }
        session.set(rows(number))
        assert.equal(session.get('t', String(number)), rows(number)[0]?.value)
      }
      assert.ok(refused > 20, `${refused} refused`)
      assert.deepEqual(store.database.get('PRAGMA integrity_check'), { integrity_check: 'ok' })
      assert.equal([...session.list('t')].length, 400)
    })
  }

  test('on a read-only disk what is there can be read, and a write is refused in clear words', () => {
    using dir = tempDir()
    {
      using store = openStore(storePath(dir.path))
      store.session('x').set(rows(1))
    }
    // What Linux answers on a disk that is mounted read-only; SQLite then opens for reading alone.
    using _watch = watchDisk(({ kind, path }) =>
      kind === 'create' && path.endsWith('.db') ? errno.EROFS : undefined,
    )
    using store = openStore(storePath(dir.path))
    assert.equal(store.session('x').get('t', '1'), rows(1)[0]?.value)
    assert.throws(() => store.session('x').set(rows(2)), { name: 'StoreError', message: /cannot be written/ })
  })
}
