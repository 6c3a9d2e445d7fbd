import assert from 'node:assert/strict'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { StoreError } from '../../src/store/index.ts'
import { family, familyInTelegram, mum, mumInTelegram, openBridge, owner, waitUntil } from './bridge.ts'

test('that others write where only owners speak is said to the owner, in private and once for each chat', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  bridge.store.chats.learn({ chat: family, name: 'Family' })
  const sam = { chat: familyInTelegram, name: 'Sam', userId: '555' }
  bridge.inboxOf('telegram', () => owner).overheard(sam)
  bridge.inboxOf('telegram', () => owner).overheard(sam)
  bridge.inboxOf('telegram', () => owner).overheard({ ...sam, name: 'Rosa', userId: '556' })
  await waitUntil(bridge.isDone)
  const [hint, ...others] = bridge.telegram.shown
  assert.deepEqual(others, [])
  assert.equal(hint?.chat, owner)
  assert.match(
    hint?.text ?? '',
    /^Sam wrote in the Telegram chat of "Family"\. It stays in Telegram[\s\S]*add 555 to telegram\.owners/,
  )
  assert.deepEqual(bridge.whatsapp.shown, [])
  bridge.inboxOf('telegram', () => owner).overheard({ ...sam, chat: mumInTelegram })
  await waitUntil(bridge.isDone)
  assert.equal(bridge.telegram.shown.length, 2)
})

test('what others say after that needs no turn at the disk', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const sam = { chat: familyInTelegram, name: 'Sam', userId: '555' }
  bridge.inboxOf('telegram', () => owner).overheard(sam)
  await waitUntil(bridge.isDone)
  const other = new Sqlite(bridge.store.database.path)
  using _ = { [Symbol.dispose]: () => other.close() }
  bridge.store.database.get('PRAGMA busy_timeout = 0')
  other.exec('BEGIN IMMEDIATE')
  assert.throws(() => bridge.store.transaction(() => undefined), StoreError)
  bridge.inboxOf('telegram', () => owner).overheard(sam)
  bridge.inboxOf('telegram', () => owner).overheard({ ...sam, chat: 'telegram:-999' })
})

test('nothing is said where nothing crosses anyway, or where nobody is there to be told', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const sam = { name: 'Sam', userId: '555' }
  bridge.inboxOf('telegram', () => owner).overheard({ ...sam, chat: 'telegram:-999' })
  bridge.store.mappings.remove(mum)
  bridge.store.mappings.add({ whatsapp: mum, telegram: mumInTelegram, toTelegramOnly: true })
  bridge.inboxOf('telegram', () => owner).overheard({ ...sam, chat: mumInTelegram })
  bridge.inbox.telegram.overheard({ ...sam, chat: familyInTelegram })
  await waitUntil(bridge.isDone)
  assert.deepEqual(bridge.telegram.shown, [])
})
