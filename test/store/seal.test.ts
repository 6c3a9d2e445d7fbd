import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { unfailed } from '../../src/outbox/failures.ts'
import { Outbox } from '../../src/outbox/outbox.ts'
import { openStore, type Store, storePath } from '../../src/store/index.ts'
import { tempDir } from './temp-store.ts'

const key = randomBytes(32)
const planted = [
  'zebra-key',
  'zebra-event',
  'zebra-raw',
  'zebra-part',
  'zebra-content',
  'zebra-joined',
  'zebra-frame',
  'zebra-held',
  'zebra-again',
  'zebra-plainer',
  'zebra-problem',
  'zebra-emoji',
  'zebra-second-emoji',
] as const
const [secretKey, secretEvent, secretRaw, secretPart, secretContent, secretJoined, secretFrame] = planted
const [, , , , , , , secretHeld, again, plainer, secretProblem, emoji, secondEmoji] = planted
const chat = 'whatsapp:1@lid'

/** Everything that is secret, written by everybody who writes it; also large enough to need pages of its own. */
const fill = (store: Store): void => {
  const long = (words: string) => `${words} `.repeat(2000)
  store.session('baileys').set([{ type: 'creds', id: 'creds', value: long(secretKey) }])
  store.session('baileys').set([{ type: 'creds', id: 'old', value: secretKey }])
  store.session('baileys').set([{ type: 'creds', id: 'old', value: null }])
  const source = store.links.remember({ chat, id: 'W1', me: false, raw: secretRaw, pending: true }, 1) ?? 0
  store.links.remember({ chat, id: 'W1', me: false, raw: long(secretRaw), content: secretContent }, 1)
  store.links.update(source, 'content', long(secretContent))
  // Somebody who writes the protocol by hand reacts with any text.
  const person = 'whatsapp:2@lid'
  store.opinions.react(source, { person, emoji, at: 1 }, 1)
  store.opinions.react(source, { person, emoji: secondEmoji, at: 2 }, 2)
  store.opinions.react(source, { person: 'whatsapp:3@lid', emoji, at: 1 }, 1)
  store.opinions.react(source, { person: 'whatsapp:4@lid', emoji: '', at: 1 }, 1)
  store.links.add(source, 'telegram:-1', { id: '7', raw: secretPart }, 1)
  store.links.add(source, 'telegram:-1', { id: '7', raw: long(secretPart) }, 1)
  const outbox = new Outbox(store.database)
  const job = { lane: chat, target: 'telegram:-1', source, messageId: 'm', topic: 't' } as const
  const id = outbox.add({ ...job, event: secretEvent }, 1)
  outbox.rewrite(id, { event: long(secretEvent), dueAt: 1 })
  outbox.keepFrame(outbox.claim(outbox.add({ ...job, topic: 'w', event: 'one' }, 1), undefined), secretFrame)
  const joined = ['u', 'v'].map(topic => outbox.add({ ...job, topic, event: 'one' }, 1))
  outbox.join(joined, secretJoined)
  store.session('held').set([{ type: 'event', id: '1', value: long(secretHeld) }])
  // A server may quote a message when it refuses it.
  const [late, plain, failed] = ['x', 'y', 'z'].map(topic => outbox.add({ ...job, topic, event: 'one' }, 1))
  outbox.postpone(late ?? 0, { failures: { ...unfailed, attempts: 1 }, dueAt: 1, problem: again })
  outbox.step(plain ?? 0, { level: 1, unsure: false, now: 1, problem: plainer })
  outbox.fail(failed ?? 0, secretProblem, { at: 1 })
}

const assertWhole = (store: Store): void => {
  const [creds] = store.session('baileys').list('creds')
  assert.match(creds?.value ?? '', /^zebra-key zebra-key/)
  assert.match(store.session('baileys').get('creds', 'creds') ?? '', /^zebra-key/)
  const stored = store.links.find({ chat, id: 'W1' })
  assert.match(stored?.raw ?? '', /^zebra-raw/)
  assert.match(stored?.content ?? '', /^zebra-content/)
  assert.match(store.links.parts(stored?.key ?? 0)[0]?.raw ?? '', /^zebra-part/)
  const reactions = store.opinions.reactions(stored?.key ?? 0)
  assert.deepEqual(
    reactions.map(reaction => reaction.emoji),
    [emoji, secondEmoji],
  )
  const job = new Outbox(store.database).untouched('t')
  assert.match(job?.event ?? '', /^zebra-event/)
  assert.equal(new Outbox(store.database).untouched('u')?.event, secretJoined)
}

/** Which of the planted words stand in the files of a store, wherever in them. */
const legible = (path: string): string[] => {
  const files = [path, `${path}-wal`].filter(file => existsSync(file)).map(file => readFileSync(file))
  return planted.filter(words => files.some(bytes => bytes.includes(words)))
}

test('without a key nothing is sealed', () => {
  using dir = tempDir()
  using store = openStore(storePath(dir.path))
  fill(store)
  assertWhole(store)
  assert.deepEqual(legible(store.database.path), [...planted])
})

test('with a key no secret ever stands legible in the files, and all of it is read as before', () => {
  using dir = tempDir()
  using store = openStore(storePath(dir.path), { key, sealAll: true })
  fill(store)
  assertWhole(store)
  assert.deepEqual(legible(store.database.path), [])
})

test('a database that was written without a key is sealed at the first start with one; nothing legible is left behind', () => {
  using dir = tempDir()
  const path = storePath(dir.path)
  {
    using store = openStore(path)
    fill(store)
  }
  {
    using store = openStore(path, { key, sealAll: true })
    assert.deepEqual(legible(path), [])
    assertWhole(store)
    assert.ok(store.database.isSealed)
  }
  using store = openStore(path, { key })
  assertWhole(store)
})

test('a command beside the bridge seals nothing by itself', () => {
  using dir = tempDir()
  const path = storePath(dir.path)
  {
    using store = openStore(path, { key })
    fill(store)
    assertWhole(store)
  }
  using store = openStore(path)
  assertWhole(store)
})

test('a key that is missing or another one is refused by its id, and changes nothing', () => {
  using dir = tempDir()
  const path = storePath(dir.path)
  {
    using store = openStore(path, { key, sealAll: true })
    fill(store)
  }
  const before = readFileSync(path)
  assert.throws(() => openStore(path), {
    name: 'StoreError',
    message:
      /is sealed with the key [\da-f]{16}, and there is no key\. Set storage\.key_file, or WA2TG_KEY, or start it where the key is \(a credential of systemd is in its unit alone\); where the key is lost, move the file away and link anew \(wa2tg login\)$/,
  })
  assert.throws(() => openStore(path, { key: randomBytes(32), sealAll: true }), {
    name: 'StoreError',
    message: /is sealed with the key [\da-f]{16}, and the one that is set is [\da-f]{16}/,
  })
  assert.ok(readFileSync(path).equals(before))
})

test('what is unsealed needs no key, and can be sealed with another one', () => {
  using dir = tempDir()
  const path = storePath(dir.path)
  {
    using store = openStore(path, { key, sealAll: true })
    fill(store)
    store.database.unseal()
  }
  {
    using store = openStore(path)
    assertWhole(store)
    assert.ok(!store.database.isSealed)
  }
  const other = randomBytes(32)
  openStore(path, { key: other, sealAll: true })[Symbol.dispose]()
  assert.deepEqual(legible(path), [])
  using store = openStore(path, { key: other })
  assertWhole(store)
})

for (const [what, words, sql, read] of [
  [
    'what servers answered',
    secretProblem,
    "UPDATE jobs SET problem = 'zebra-problem' WHERE state = 'failed'",
    "SELECT problem FROM jobs WHERE state = 'failed'",
  ],
  [
    'what people reacted with',
    emoji,
    "UPDATE reactions SET emoji = 'zebra-emoji' WHERE person = 'whatsapp:3@lid'",
    "SELECT emoji FROM reactions WHERE person = 'whatsapp:3@lid'",
  ],
] as const) {
  test(`${what} before a release that seals it is sealed at the next start, and nothing legible is left behind`, () => {
    using dir = tempDir()
    const path = storePath(dir.path)
    {
      using store = openStore(path, { key, sealAll: true })
      fill(store)
      store.database.run(sql)
      assert.deepEqual(legible(path), [words])
    }
    using store = openStore(path, { key, sealAll: true })
    assert.deepEqual(legible(path), [])
    assertWhole(store)
    assert.deepEqual(Object.values(store.database.get<object>(read) ?? {}), [words])
  })
}

test('writing a value that stands there already changes nothing, sealed or not', () => {
  for (const seal of [{}, { key, sealAll: true }]) {
    using dir = tempDir()
    using store = openStore(storePath(dir.path), seal)
    const rows = [{ type: 't', id: 'i', value: 'the same' }]
    store.session('x').set(rows)
    const before = readFileSync(`${store.database.path}-wal`)
    store.session('x').set(rows)
    assert.ok(readFileSync(`${store.database.path}-wal`).equals(before))
  }
})

test('the same secret looks different at every place; a damaged one is given as it stands, and harms no other', () => {
  using dir = tempDir()
  using store = openStore(storePath(dir.path), { key, sealAll: true })
  const session = store.session('x')
  session.set(['a', 'b', 'c'].map(id => ({ type: 't', id, value: '{"secret":1}' })))
  const other = new Sqlite(store.database.path)
  const values = () => other.prepare('SELECT value FROM sessions ORDER BY id').pluck().all() as string[]
  assert.equal(new Set(values()).size, 3)
  for (const spoil of [
    'substr(value, 1, 30)',
    "'sealed1:'",
    "substr(value, 1, 20) || '!' || substr(value, 22)",
  ]) {
    other.exec(`UPDATE sessions SET value = ${spoil} WHERE id = 'b'`)
    assert.equal(session.get('t', 'b'), values()[1])
    assert.equal(session.get('t', 'c'), '{"secret":1}')
  }
  other.close()
})

// Elsewhere SQLite cannot be watched without a compiler.
if (process.platform === 'linux') {
  test('killed before any step of the sealing, the next start finishes it', () => {
    using filled = tempDir()
    {
      using store = openStore(storePath(filled.path))
      fill(store)
    }
    const victim = join(import.meta.dirname, 'open-victim.ts')
    let killed = 0
    for (let nth = 1; ; nth += 1) {
      using dir = tempDir()
      cpSync(filled.path, dir.path, { recursive: true })
      const path = storePath(dir.path)
      const { signal, status, stderr } = spawnSync(process.execPath, [
        victim,
        path,
        String(nth),
        key.toString('hex'),
      ])
      {
        using store = openStore(path, { key, sealAll: true, check: true })
        assertWhole(store)
        assert.deepEqual(legible(path), [], `killed before step ${nth}`)
      }
      if (signal !== 'SIGKILL') {
        assert.equal(status, 0, String(stderr))
        break
      }
      killed += 1
    }
    assert.ok(killed > 8, `killed ${killed} times`)
  })
}
