import assert from 'node:assert/strict'
import fs, { readdirSync, statSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { Outbox } from '../../src/outbox/index.ts'
import { openStore, restoreBackup, StoreError, storePath, writeBackup } from '../../src/store/index.ts'
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

  test('where a quota is used up, of which SQLite says no more than that it cannot write, it is told as that until there is room', t => {
    using store = tempStore()
    const session = store.session('x')
    const folder = dirname(store.database.path)
    let isOver = true
    using _watch = watchDisk(({ kind }) => (kind === 'write' && isOver ? errno.EDQUOT : undefined))
    const { writeFileSync } = fs
    // As the system answers Node's own calls there: the file is there, and empty.
    t.mock.method(fs, 'writeFileSync', (...given: Parameters<typeof writeFileSync>) => {
      const [path, , ...more] = given
      if (!isOver || dirname(String(path)) !== folder) return writeFileSync(...given)
      writeFileSync(path, '', ...more)
      const code = `Unknown system error -${errno.EDQUOT}`
      throw Object.assign(new Error(`${code}: ${code}, write`), { code, errno: -errno.EDQUOT })
    })
    syncBuiltinESMExports()
    try {
      for (let number = 0; number < 3; number += 1) {
        assert.throws(() => session.set(rows(number)), {
          name: 'StoreError',
          message: /^Your quota on the disk that holds "[^"]+" is used up\. Make room there and start again$/,
        })
      }
      isOver = false
      session.set(rows(1))
      assert.equal(session.get('t', '1'), rows(1)[0]?.value)
      assert.deepEqual(
        readdirSync(folder).filter(name => name.includes('trial')),
        [],
      )
    } finally {
      t.mock.restoreAll()
      syncBuiltinESMExports()
    }
  })

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

  test('what a large statement needs for a while stands in a file, not in memory, of which a small machine has little', () => {
    using dir = tempDir()
    const path = storePath(dir.path)
    {
      using store = openStore(path)
      const values = Array.from({ length: 30 }, (_, number) => ({
        type: 't',
        id: `${number}`,
        value: 'x'.repeat(1e6),
      }))
      store.session('x').set(values)
    }
    const { size } = statSync(path)
    let written = 0
    using _watch = watchDisk(call => {
      if (call.kind === 'write' && !call.path.startsWith(path)) written += call.data.length
      return undefined
    })
    openStore(path, { key: Buffer.alloc(32, 1), sealAll: true })[Symbol.dispose]()
    assert.ok(written > size / 2, `${written} of ${size} bytes`)
  })

  test('SQLite writes nowhere else than beside the data, whatever there is to do: all else may be full or read-only', async () => {
    using dir = tempDir()
    using elsewhere = tempDir()
    const refused: string[] = []
    // A temporary file has no name from the beginning: it shows when something is written into it.
    using _watch = watchDisk(({ path }) => {
      if (path.startsWith(dir.path) || path.startsWith(elsewhere.path)) return undefined
      refused.push(path)
      return errno.ENOSPC
    })
    const path = storePath(dir.path)
    const [pn, lid] = ['whatsapp:49170@s.whatsapp.net', 'whatsapp:9@lid'] as const
    {
      using store = openStore(path)
      const outbox = new Outbox(store.database)
      store.transaction(() => {
        for (let number = 0; number < 2000; number += 1) {
          const message = { id: `M${number}`, chat: pn, author: pn, me: false, raw: 'x'.repeat(700) }
          const source = store.links.remember(message, 1) ?? 0
          const at = { lane: pn, target: 'telegram:-1', source } as const
          outbox.add({ ...at, messageId: 'm', event: 'y'.repeat(700) }, 1)
          store.links.add(source, 'telegram:-1', { id: String(number) }, 1)
        }
      })
      store.chats.learn({ chat: lid, aliases: [pn] })
      assert.equal(store.links.find({ chat: lid, id: 'M1999' })?.author, lid)
    }
    const key = Buffer.alloc(32, 1)
    openStore(path, { key, sealAll: true })[Symbol.dispose]()
    const file = join(elsewhere.path, 'file')
    await writeBackup(path, file, { force: false })
    await restoreBackup(file, path, { passphrase: () => assert.fail('it is plain'), force: true })
    using store = openStore(path, { key })
    assert.ok(store.database.isSealed)
    store.database.unseal()
    assert.equal(store.links.forget({ before: 2, after: 0, limit: 5000 }).forgotten, 0)
    new Outbox(store.database).recover(2)
    assert.deepEqual(refused, [])
  })
}
