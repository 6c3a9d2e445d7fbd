import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, join, relative } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { Outbox } from '../../../src/outbox/outbox.ts'
import { openStore, restoreBackup, storePath, takeLock, writeBackup } from '../../../src/store/index.ts'
import { tempDir, tempStore } from '../temp-store.ts'

const words = async () => 'a passphrase'
const rows = (value: string) => [{ type: 't', id: 'i', value }]
const valueIn = (path: string): string | undefined => {
  using store = openStore(path)
  return store.session('x').get('t', 'i')
}
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

for (const [kind, options] of [
  ['an encrypted', { passphrase: words }],
  ['a plain', {}],
] as const) {
  test(`${kind} backup of a database in use is its state at that moment, private, and leaves nothing behind`, async () => {
    using store = tempStore()
    using elsewhere = tempDir()
    store.session('x').set(rows('then'))
    const file = join(elsewhere.path, 'file')
    const bytes = await writeBackup(store.database.path, file, { ...options, force: false })
    store.session('x').set(rows('since'))
    assert.equal(statSync(file).size, bytes)
    assert.equal(modeOf(file), '600')
    assert.deepEqual(readdirSync(elsewhere.path), ['file'])
    assert.deepEqual(readdirSync(store.dir).sort(), ['wa2tg.db', 'wa2tg.db-shm', 'wa2tg.db-wal'])
    assert.equal(readFileSync(file).includes('then'), kind === 'a plain')

    const path = storePath(join(elsewhere.path, 'data'))
    const before = Date.now()
    const { madeAt, replaced } = await restoreBackup(file, path, { passphrase: words, force: false })
    assert.ok(Math.abs(madeAt - before) < 60_000)
    assert.equal(replaced, undefined)
    assert.equal(valueIn(path), 'then')
    assert.deepEqual([join(elsewhere.path, 'data'), path].map(modeOf), ['700', '600'])
    assert.deepEqual(readdirSync(join(elsewhere.path, 'data')), ['wa2tg.db'])
  })
}

test('what is deleted is not in a backup', async () => {
  using store = tempStore()
  store.session('x').set([{ type: 't', id: 'i', value: 'a key of the past '.repeat(1000) }])
  store.session('x').clear()
  const file = join(store.dir, 'file')
  await writeBackup(store.database.path, file, { force: false })
  assert.ok(!readFileSync(file).includes('a key of the past'))
})

test('a backup does not replace a file, unless it is told to; then it does so in one step', async () => {
  using store = tempStore()
  const file = join(store.dir, 'file')
  writeFileSync(file, 'something else')
  const options = { passphrase: () => assert.fail('nobody is asked in vain') }
  await assert.rejects(writeBackup(store.database.path, file, { ...options, force: false }), {
    name: 'BackupError',
    message: /exists\..*--force/,
  })
  assert.equal(readFileSync(file, 'utf8'), 'something else')
  await writeBackup(store.database.path, file, { force: true })
  assert.equal(readFileSync(file).subarray(0, 15).toString(), 'SQLite format 3')
})

test('a backup that cannot be written leaves what was there, and says why', async () => {
  using store = tempStore()
  const { path } = store.database
  await assert.rejects(writeBackup(path, join(store.dir, 'no folder/file'), { force: false }), {
    name: 'BackupError',
    message: /cannot be written\. Check that its folder exists/,
  })
  await assert.rejects(writeBackup(join(store.dir, 'none.db'), join(store.dir, 'file'), { force: false }), {
    name: 'BackupError',
    message: /nothing to back up/,
  })
  assert.deepEqual(
    readdirSync(store.dir).filter(name => !name.startsWith('wa2tg.db')),
    [],
  )
})

test('what could not be put back takes the place of no backup', async () => {
  using dir = tempDir()
  const [path, file] = [storePath(dir.path), join(dir.path, 'file')]
  writeFileSync(file, 'the last backup')
  // As a kill at the very first start leaves it.
  writeFileSync(path, '')
  const nothing = { name: 'BackupError', message: /nothing to back up/ }
  await assert.rejects(writeBackup(path, file, { force: true }), nothing)
  const foreign = new Sqlite(path)
  foreign.exec('CREATE TABLE diary (dear TEXT)')
  foreign.close()
  await assert.rejects(writeBackup(path, file, { force: true }), nothing)
  assert.equal(readFileSync(file, 'utf8'), 'the last backup')
  assert.deepEqual(readdirSync(dir.path).sort(), ['file', 'wa2tg.db'])
})

for (const name of ['wa2tg.db', 'wa2tg.db-wal', 'wa2tg.db-shm', 'lock.db', 'a link', 'a second name']) {
  test(`a backup does not go over what the bridge works with, by whatever name: ${name}`, async () => {
    using store = tempStore()
    using elsewhere = tempDir()
    await using _lock = await takeLock(store.dir, 'run')
    store.session('x').set(rows('then'))
    symlinkSync(store.dir, join(elsewhere.path, 'data'))
    const { path } = store.database
    if (name === 'a link') symlinkSync(path, join(store.dir, name))
    if (name === 'a second name') linkSync(path, join(store.dir, name))
    const before = readdirSync(store.dir)
    for (const folder of [store.dir, relative('.', store.dir), join(elsewhere.path, 'data')]) {
      for (const force of [true, false]) {
        await assert.rejects(writeBackup(path, join(folder, name), { force }), {
          name: 'BackupError',
          message: /is one of the files that wa2tg works with\. Choose another name$/,
        })
      }
    }
    assert.deepEqual(readdirSync(store.dir), before)
    store.session('x').set(rows('since'))
    assert.equal(valueIn(path), 'since')
  })
}

for (const [what, name] of [
  ['too long', 'x'.repeat(300)],
  ['a link to itself', 'loop/file'],
] as const) {
  test(`a name that is ${what} is one line, for a backup, a restore and the data`, async () => {
    using store = tempStore()
    using elsewhere = tempDir()
    symlinkSync('loop', join(elsewhere.path, 'loop'))
    const place = join(elsewhere.path, name)
    await assert.rejects(writeBackup(store.database.path, place, { force: true }), {
      name: 'BackupError',
      message: /cannot be written\. Check/,
    })
    const path = storePath(join(elsewhere.path, 'data'))
    await assert.rejects(restoreBackup(place, path, { passphrase: words, force: false }), {
      name: 'BackupError',
      message: /cannot be read\. Check/,
    })
    assert.throws(() => openStore(storePath(place)), {
      name: 'StoreError',
      message: /cannot be opened\. Check/,
    })
  })
}

const noFiles: Readonly<Record<string, (path: string) => void>> = {
  'a folder': mkdirSync,
  'a pipe': path => void spawnSync('mkfifo', [path]),
  // As /dev/stdout is one: root could put a file in its place, and what waits for the output would get none.
  'a link': path => symlinkSync('elsewhere', path),
}
for (const [what, make] of Object.entries(noFiles)) {
  test(`${what} is not replaced by a backup, and none is read from one`, async () => {
    using store = tempStore()
    using elsewhere = tempDir()
    const place = join(elsewhere.path, 'place')
    make(place)
    await assert.rejects(writeBackup(store.database.path, place, { force: true }), {
      name: 'BackupError',
      message: /place" is a folder, link, pipe or device\. Choose another name$/,
    })
    const path = storePath(join(elsewhere.path, 'data'))
    await assert.rejects(restoreBackup(place, path, { passphrase: words, force: false }), {
      name: 'BackupError',
      message:
        what === 'a link'
          ? /place" cannot be read\. Check/
          : /place" is a folder, pipe or device\. Name the file that/,
    })
    assert.deepEqual(readdirSync(elsewhere.path), ['place'])
  })
}

test('a backup is not written into a file called "-", where somebody waits for it at stdout', async () => {
  using store = tempStore()
  await assert.rejects(writeBackup(store.database.path, '-', { force: true }), {
    name: 'BackupError',
    message: 'A backup goes into a file, not to stdout. Name the file',
  })
})

test('two backups into one file at once are each whole, and leave a file beside it alone', async () => {
  using store = tempStore()
  using elsewhere = tempDir()
  // More than one piece, so that each has half of it written when the other one begins.
  store.session('x').set(rows('a long value '.repeat(200_000)))
  const file = join(elsewhere.path, 'file')
  writeFileSync(`${file}.new`, 'something of the owner')
  const options = { passphrase: words, force: false }
  await Promise.all([1, 2, 3].map(() => writeBackup(store.database.path, file, options)))
  assert.deepEqual(readdirSync(elsewhere.path).sort(), ['file', 'file.new'])
  assert.equal(readFileSync(`${file}.new`, 'utf8'), 'something of the owner')
  const path = storePath(join(elsewhere.path, 'data'))
  await restoreBackup(file, path, { passphrase: words, force: false })
  assert.equal(valueIn(path), 'a long value '.repeat(200_000))
})

test('what a killed backup left of a file goes with the next one into it', async () => {
  using store = tempStore()
  using elsewhere = tempDir()
  const file = join(elsewhere.path, 'file')
  const { pid } = spawnSync(process.execPath, ['--version'])
  const [left, atWork] = [`${file}.${pid}-0123456789ab.new`, `${file}.${process.pid}-0123456789ab.new`]
  for (const each of [left, atWork]) writeFileSync(each, 'half of a backup')
  const awhileAgo = new Date(Date.now() - 120_000)
  for (const each of [left, atWork]) utimesSync(each, awhileAgo, awhileAgo)
  await writeBackup(store.database.path, file, { force: false })
  assert.deepEqual(readdirSync(elsewhere.path).sort(), ['file', basename(atWork)])
})

test('a restore keeps what it replaces aside, with its log, and needs to be told so', async () => {
  using store = tempStore()
  using elsewhere = tempDir()
  const file = join(elsewhere.path, 'file')
  await writeBackup(store.database.path, file, { passphrase: words, force: false })
  // As after a kill: the last commit stands in the log alone.
  store.session('x').set(rows('in the log'))
  const { path } = store.database
  const old = readFileSync(`${path}-wal`)
  const options = { passphrase: words, now: Date.parse('2026-01-02T03:04:05Z') }
  await assert.rejects(restoreBackup(file, path, { ...options, force: false }), {
    name: 'BackupError',
    message: /exists\..*kept aside.*--force/,
  })
  const { replaced = '' } = await restoreBackup(file, path, { ...options, force: true })
  assert.equal(replaced, join(store.dir, 'replaced-20260102T030405000Z'))
  assert.equal(modeOf(replaced), '700')
  assert.ok(readFileSync(join(replaced, 'wa2tg.db-wal')).equals(old))
  assert.equal(valueIn(join(replaced, 'wa2tg.db')), 'in the log')
  assert.equal(valueIn(path), undefined)
})

test('what was put aside with its log is put back with it, and the copy stays as it is', async () => {
  using store = tempStore()
  using elsewhere = tempDir()
  store.database.get('PRAGMA wal_checkpoint(TRUNCATE)')
  // As after a kill: the last commit stands in the log alone.
  store.session('x').set(rows('in the log'))
  const aside = join(elsewhere.path, 'wa2tg.db')
  for (const end of ['', '-wal']) copyFileSync(`${store.database.path}${end}`, `${aside}${end}`)
  const before = ['', '-wal'].map(end => readFileSync(`${aside}${end}`))
  const path = storePath(join(elsewhere.path, 'data'))
  await restoreBackup(aside, path, { passphrase: words, force: false })
  assert.deepEqual(readdirSync(join(elsewhere.path, 'data')), ['wa2tg.db'])
  assert.equal(valueIn(path), 'in the log')
  assert.deepEqual(readdirSync(elsewhere.path).sort(), ['data', 'wa2tg.db', 'wa2tg.db-wal'])
  assert.deepEqual(
    ['', '-wal'].map(end => readFileSync(`${aside}${end}`)),
    before,
  )
})

test('what was put aside is as old as the last commit in its log, however late it was put aside', async () => {
  using store = tempStore()
  using elsewhere = tempDir()
  const { path } = store.database
  const file = join(elsewhere.path, 'file')
  await writeBackup(path, file, { force: false })
  store.session('x').set(rows('in the log'))
  const lastCommit = Date.parse('2026-02-02T00:00:00Z')
  utimesSync(path, 0, Date.parse('2026-01-01T00:00:00Z') / 1000)
  utimesSync(`${path}-wal`, 0, lastCommit / 1000)
  const options = { passphrase: words, force: true }
  const { replaced = '' } = await restoreBackup(file, path, options)
  const { madeAt } = await restoreBackup(join(replaced, 'wa2tg.db'), path, options)
  assert.equal(madeAt, lastCommit)
  assert.equal(valueIn(path), 'in the log')
})

test('what a kill left in the log alone counts as there, and so does what cannot be read', async () => {
  using store = tempStore()
  using elsewhere = tempDir()
  const file = join(elsewhere.path, 'file')
  await writeBackup(store.database.path, file, { force: false })
  const refused = { name: 'BackupError', message: /exists\./ }
  store.session('x').set(rows('in the log'))
  await assert.rejects(restoreBackup(file, store.database.path, { passphrase: words, force: false }), refused)
  const path = join(elsewhere.path, 'wa2tg.db')
  writeFileSync(path, 'Dear diary')
  await assert.rejects(restoreBackup(file, path, { passphrase: words, force: false }), refused)
  assert.equal(readFileSync(path, 'utf8'), 'Dear diary')
})

const spoil: Readonly<Record<string, (file: string) => void>> = {
  'is cut off': file => writeFileSync(file, readFileSync(file).subarray(0, -1)),
  'has a changed byte': file => {
    const bytes = readFileSync(file)
    bytes[1000] = (bytes[1000] ?? 0) ^ 1
    writeFileSync(file, bytes)
  },
  'is empty': file => writeFileSync(file, ''),
  'is something else': file => writeFileSync(file, 'Dear diary, '.repeat(100)),
}
for (const [what, change] of Object.entries(spoil)) {
  test(`a backup that ${what} replaces nothing`, async () => {
    using store = tempStore()
    store.session('x').set(rows('here'))
    using elsewhere = tempDir()
    const file = join(elsewhere.path, 'file')
    await writeBackup(store.database.path, file, { passphrase: words, force: false })
    change(file)
    await assert.rejects(restoreBackup(file, store.database.path, { passphrase: words, force: true }), {
      name: 'BackupError',
    })
    assert.equal(store.session('x').get('t', 'i'), 'here')
    assert.deepEqual(readdirSync(store.dir).sort(), ['wa2tg.db', 'wa2tg.db-shm', 'wa2tg.db-wal'])
  })
}

test('a plain backup with a page of rubbish replaces nothing, though nothing else would look at that page', async () => {
  using store = tempStore()
  const values = Array.from({ length: 200 }, (_, n) => ({ type: 't', id: `${n}`, value: 'x'.repeat(1000) }))
  store.session('x').set(values)
  using elsewhere = tempDir()
  const file = join(elsewhere.path, 'file')
  await writeBackup(store.database.path, file, { force: false })
  const bytes = readFileSync(file)
  const page = Math.floor(bytes.lastIndexOf('x'.repeat(1000)) / 4096) * 4096
  writeFileSync(file, bytes.fill(0x5a, page, page + 4096))
  await assert.rejects(restoreBackup(file, store.database.path, { passphrase: words, force: true }), {
    name: 'BackupError',
    message: /^The backup is damaged \(.+\); nothing was changed$/,
  })
  assert.equal(store.session('x').get('t', '0'), 'x'.repeat(1000))
  assert.deepEqual(readdirSync(store.dir).sort(), ['wa2tg.db', 'wa2tg.db-shm', 'wa2tg.db-wal'])
})

const foreign: readonly (readonly [what: string, sql: string, words: RegExp])[] = [
  ['a plain database of another program', 'PRAGMA application_id = 1', /no backup of wa2tg/],
  ['a plain backup of a newer wa2tg', 'PRAGMA user_version = 999', /newer wa2tg/],
]
for (const [what, sql, message] of foreign) {
  test(`${what} replaces nothing`, async () => {
    using store = tempStore()
    const file = join(store.dir, 'file')
    await writeBackup(store.database.path, file, { force: false })
    const sqlite = new Sqlite(file)
    sqlite.exec(sql)
    sqlite.close()
    using elsewhere = tempDir()
    const path = storePath(elsewhere.path)
    await assert.rejects(restoreBackup(file, path, { passphrase: words, force: false }), {
      name: 'BackupError',
      message,
    })
    assert.deepEqual(readdirSync(elsewhere.path), [])
  })
}

test('a restored delivery is in doubt, from the mark that its network has before it hears anything new', async () => {
  using store = tempStore()
  const outbox = new Outbox(store.database)
  const job = { lane: 'l', source: 1, event: '{}', messageId: 'm' }
  const inTelegram = outbox.add({ ...job, target: 'telegram:-1' }, 1)
  const inWhatsApp = outbox.add({ ...job, target: 'whatsapp:1@lid', lane: 'w' }, 1)
  const file = join(store.dir, 'file')
  await writeBackup(store.database.path, file, { force: false })
  using elsewhere = tempDir()
  await restoreBackup(file, storePath(elsewhere.path), { passphrase: words, force: false })
  using restored = openStore(storePath(elsewhere.path))
  const again = new Outbox(restored.database)
  again.recover(2, target => (target === 'telegram:-1' ? 'top 7' : undefined))
  const { mark, unsure: inDoubt } = again.claim(inTelegram, 'top 9')
  assert.deepEqual({ mark, inDoubt }, { mark: 'top 7', inDoubt: true })
  assert.equal(again.claim(inWhatsApp, undefined).unsure, true)
})

test('while somebody holds the data, nobody else does', async () => {
  using dir = tempDir()
  await using _lock = await takeLock(dir.path, 'restore')
  await assert.rejects(takeLock(dir.path, 'run'), { name: 'LockedError', message: /"wa2tg restore"/ })
})
