import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { openStore, StoreError, storePath } from '../../src/store/index.ts'
import { tempDir, tempStore } from './temp-store.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('the file, its side files and its folder can be read by their owner alone', () => {
  using dir = tempDir()
  const path = storePath(join(dir.path, 'data'))
  using store = openStore(path)
  store.session('x').set([{ type: 't', id: 'i', value: 'v' }])
  assert.equal(modeOf(join(dir.path, 'data')), '700')
  assert.deepEqual([path, `${path}-wal`, `${path}-shm`].map(modeOf), ['600', '600', '600'])
})

test('a commit is flushed to the disk before it returns', () => {
  using store = tempStore()
  assert.deepEqual(store.database.get('PRAGMA synchronous'), { synchronous: 2 })
  assert.deepEqual(store.database.get('PRAGMA journal_mode'), { journal_mode: 'wal' })
})

test('the log beside the file is written back and cut, however much one commit or many have written', () => {
  using store = tempStore()
  const session = store.session('x')
  const log = (): number => statSync(`${store.database.path}-wal`).size
  const value = 'x'.repeat(20_000)
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ type: 't', id: String(from + index), value }))
  session.set(rows(0, 1000))
  assert.ok(log() > 20_000_000, `${log()} bytes`)
  // With the next commit it begins anew.
  session.set(rows(1000, 1))
  // As `database.ts` asks for; a commit may go a little further before it is written back.
  const limit = 4_194_304 + 100_000
  assert.ok(log() <= limit, `${log()} bytes`)
  for (let number = 2000; number < 3000; number += 1) session.set(rows(number, 1))
  assert.ok(log() <= limit, `${log()} bytes`)
})

test('an inner transaction that fails and is caught undoes its own writes alone', () => {
  using store = tempStore()
  const session = store.session('x')
  store.transaction(() => {
    session.set([{ type: 't', id: 'outer', value: '1' }])
    assert.throws(() =>
      store.transaction(() => {
        session.set([{ type: 't', id: 'inner', value: '1' }])
        throw new Error('no')
      }),
    )
  })
  assert.deepEqual([...session.list('t')], [{ id: 'outer', value: '1' }])
})

test('an outer transaction that fails takes the inner writes with it', () => {
  using store = tempStore()
  const session = store.session('x')
  assert.throws(() =>
    store.transaction(() => {
      store.transaction(() => session.set([{ type: 't', id: 'inner', value: '1' }]))
      throw new Error('no')
    }),
  )
  assert.equal(session.get('t', 'inner'), undefined)
})

test('a file that is no database is refused by name and left as it is', () => {
  using dir = tempDir()
  const path = storePath(dir.path)
  writeFileSync(path, 'this is not a database, but somebody may want it\n'.repeat(100))
  assert.throws(
    () => openStore(path),
    (error: unknown) => error instanceof StoreError && error.message.includes(path),
  )
  assert.equal(statSync(path).size, 4900)
})

test('a database of another program is refused', () => {
  using dir = tempDir()
  const path = storePath(dir.path)
  const other = new Sqlite(path)
  other.exec('CREATE TABLE recipes (name TEXT)')
  other.close()
  assert.throws(() => openStore(path), { name: 'StoreError', message: /another program/ })
})

test('a schema newer than ours is refused and not touched', () => {
  using dir = tempDir()
  const path = storePath(dir.path)
  openStore(path)[Symbol.dispose]()
  const newer = new Sqlite(path)
  newer.pragma('user_version = 999')
  newer.close()
  assert.throws(() => openStore(path), { name: 'StoreError', message: /newer wa2tg \(schema 999/ })
})

test('a folder that cannot be made is one clear error', () => {
  using dir = tempDir()
  writeFileSync(join(dir.path, 'file'), '')
  assert.throws(() => openStore(storePath(join(dir.path, 'file', 'data'))), { name: 'StoreError' })
})

test('a full disk is one clear error, and what was there before stays readable', () => {
  using store = tempStore()
  const session = store.session('x')
  session.set([{ type: 't', id: 'before', value: '1' }])
  const { page_count } = store.database.get<{ page_count: number }>('PRAGMA page_count') ?? { page_count: 0 }
  // SQLite reports the same SQLITE_FULL for its own page limit as for a full disk.
  store.database.get(`PRAGMA max_page_count = ${page_count + 2}`)
  assert.throws(() => session.set([{ type: 't', id: 'big', value: 'x'.repeat(100_000) }]), {
    name: 'StoreError',
    message: /is full/,
  })
  assert.equal(session.get('t', 'before'), '1')
  assert.equal(session.get('t', 'big'), undefined)
})

test('a second process reads and writes beside the first', () => {
  using store = tempStore()
  const script = `
    import { openStore } from './src/store/index.ts'
    using store = openStore(process.argv[1])
    store.mappings.add({ whatsapp: 'whatsapp:1@g.us', telegram: 'telegram:-1' })`
  execFileSync(process.execPath, ['--input-type=module-typescript', '-e', script, store.database.path])
  assert.equal(store.mappings.list().length, 1)
})

test('session rows keep the order in which they were first written', () => {
  using store = tempStore()
  const session = store.session('baileys')
  session.set(['b', 'a', 'c'].map(id => ({ type: 'journal', id, value: id })))
  session.set([
    { type: 'journal', id: 'b', value: 'again' },
    { type: 'journal', id: 'a', value: null },
  ])
  assert.deepEqual(
    [...session.list('journal')].map(row => row.id),
    ['b', 'c'],
  )
  assert.equal(session.get('journal', 'b'), 'again')
})

test('clearing one session leaves another alone', () => {
  using store = tempStore()
  store.session('one').set([{ type: 't', id: 'i', value: '1' }])
  store.session('two').set([{ type: 't', id: 'i', value: '2' }])
  store.session('one').clear()
  assert.equal(store.session('one').get('t', 'i'), undefined)
  assert.equal(store.session('two').get('t', 'i'), '2')
})
