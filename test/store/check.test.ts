import assert from 'node:assert/strict'
import {
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { openStore, storePath } from '../../src/store/index.ts'
import { spoilPage } from './spoil-page.ts'
import { tempDir } from './temp-store.ts'

const page = 4096

/** A store of some size in a folder of its own, closed. */
const filledStore = (): Disposable & { readonly dir: string; readonly path: string } => {
  const dir = tempDir()
  const path = storePath(dir.path)
  using store = openStore(path)
  store.transaction(() => {
    for (let number = 0; number < 500; number += 1) {
      store.links.remember(
        { chat: 'whatsapp:1@lid', id: `W${number}`, me: false, raw: 'x'.repeat(300) },
        number,
      )
    }
  })
  store.chats.learn({ chat: 'whatsapp:1@lid', aliases: ['whatsapp:1@s.whatsapp.net'] })
  return { dir: dir.path, path, [Symbol.dispose]: () => dir[Symbol.dispose]() }
}

const overwrite = (path: string, offset: number, bytes: Buffer): void => {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, offset)
  closeSync(file)
}

/** Changes a row while SQLite does not know of the index on it: what the index says is no longer so. */
const changeBehindIndex = (path: string): void => {
  const using = <T>(work: (sqlite: Sqlite.Database) => T): T => {
    const sqlite = new Sqlite(path)
    sqlite.unsafeMode(true)
    sqlite.pragma('writable_schema = ON')
    const result = work(sqlite)
    sqlite.close()
    return result
  }
  const index = using(sqlite => {
    const row = sqlite.prepare("SELECT * FROM sqlite_master WHERE name = 'aliases_of_ref'").get()
    sqlite.exec("DELETE FROM sqlite_master WHERE name = 'aliases_of_ref'")
    return row
  })
  using(sqlite => sqlite.exec("UPDATE aliases SET ref = 'whatsapp:2@lid'"))
  using(sqlite =>
    sqlite.prepare('INSERT INTO sqlite_master VALUES (@type, @name, @tbl_name, @rootpage, @sql)').run(index),
  )
  assert.equal(
    using(sqlite => sqlite.pragma('quick_check', { simple: true })),
    'ok',
  )
}

const damages: readonly (readonly [what: string, damage: (path: string) => void])[] = [
  ['a page of rubbish', path => overwrite(path, 20 * page, Buffer.alloc(page, 0x5a))],
  ['a head of rubbish', path => overwrite(path, 0, Buffer.alloc(100, 0x5a))],
  ['an end that is cut off', path => truncateSync(path, Math.floor(statSync(path).size / 2 / page) * page)],
  ['an index that does not fit its table', changeBehindIndex],
  ['a form that SQLite does not know', path => overwrite(path, 44, Buffer.from([0, 0, 0, 5]))],
]

for (const [what, damage] of damages) {
  test(`a database with ${what} is refused at the start of a run, and a private copy is kept`, () => {
    using filled = filledStore()
    damage(filled.path)
    const before = readFileSync(filled.path)
    assert.throws(() => openStore(filled.path, { check: true }), {
      name: 'StoreError',
      message: /^"[^"]+wa2tg\.db" is damaged \([^\n]+\)\. A copy is kept in "[^"]+"\. [^\n]+$/,
    })
    assert.ok(readFileSync(filled.path).equals(before))
    const copies = readdirSync(filled.dir).filter(name => name.startsWith('damaged-'))
    assert.equal(copies.length, 1)
    const copy = join(filled.dir, copies[0] ?? '')
    assert.equal((statSync(copy).mode & 0o777).toString(8), '700')
    assert.equal((statSync(join(copy, 'wa2tg.db')).mode & 0o777).toString(8), '600')
    assert.ok(readFileSync(join(copy, 'wa2tg.db')).equals(before))
  })
}

test('an empty database whose log is not empty is no new one', () => {
  using filled = filledStore()
  copyFileSync(filled.path, `${filled.path}-wal`)
  truncateSync(filled.path, 0)
  assert.throws(() => openStore(filled.path, { check: true }), {
    name: 'StoreError',
    message: /is damaged \(it is empty, but not its log\)\. A copy is kept in/,
  })
})

test('however often a damaged database is tried, one copy is kept, with the log beside it', () => {
  using filled = filledStore()
  // As after a kill: what was committed last stands in the log alone.
  using store = openStore(filled.path)
  store.session('x').set([{ type: 't', id: 'i', value: 'in the log' }])
  overwrite(filled.path, 20 * page, Buffer.alloc(page, 0x5a))
  const log = readFileSync(`${filled.path}-wal`)
  for (let attempt = 0; attempt < 3; attempt += 1) {
    assert.throws(() => openStore(filled.path, { check: true }), { name: 'StoreError' })
  }
  const copies = readdirSync(filled.dir).filter(name => name.startsWith('damaged-'))
  assert.equal(copies.length, 1)
  assert.ok(readFileSync(join(filled.dir, copies[0] ?? '', 'wa2tg.db-wal')).equals(log))
})

test('where no copy can be made, the damage is told all the same', () => {
  using filled = filledStore()
  overwrite(filled.path, 20 * page, Buffer.alloc(page, 0x5a))
  const when = statSync(filled.path)
    .mtime.toISOString()
    .replaceAll(/[-:]|\..*/g, '')
  writeFileSync(join(filled.dir, `damaged-${when}.new`), 'in the way')
  assert.throws(() => openStore(filled.path, { check: true }), {
    message: /is damaged .*No copy could be made/,
  })
})

test('a whole database passes, also one that is new or empty', () => {
  using filled = filledStore()
  openStore(filled.path, { check: true })[Symbol.dispose]()
  using dir = tempDir()
  openStore(storePath(dir.path), { check: true })[Symbol.dispose]()
  assert.deepEqual(readdirSync(filled.dir), ['wa2tg.db'])
})

test('once damage was met nothing is written any more, and what still can be read is', async () => {
  using filled = filledStore()
  using store = openStore(filled.path, { check: true })
  const session = store.session('x')
  session.set([{ type: 't', id: 'i', value: 'before' }])
  await spoilPage(filled.path, 'sqlite_autoindex_messages_1')
  session.set([{ type: 't', id: 'i', value: 'unaware' }])
  const message = { chat: 'whatsapp:1@lid', id: 'W1000', me: false } as const
  assert.throws(() => store.links.remember(message, 1), { name: 'StoreError', message: /is damaged/ })
  assert.match((await store.database.damaged).message, /is damaged/)
  const write = () => session.set([{ type: 't', id: 'i', value: 'after' }])
  assert.throws(write, { name: 'StoreError', message: /is damaged/ })
  assert.throws(() => store.transaction(write), { name: 'StoreError' })
  assert.equal(session.get('t', 'i'), 'unaware')
})
