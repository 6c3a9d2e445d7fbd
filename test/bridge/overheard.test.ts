import assert from 'node:assert/strict'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { StoreError } from '../../src/store/index.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { family, familyInTelegram, mum, mumInTelegram, openBridge, owner, waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

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

test('five messages in the name of channels are said to the owner once, and cost the group nothing', async () => {
  await using tg = await startTelegramSimulator()
  const olivia = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const peter = tg.addUser({ id: 7002, first_name: 'Peter' })
  const home = tg.addPrivateChat(olivia)
  const group = tg.addSupergroup({ title: 'Mum', botRights: {}, members: [olivia, peter] })
  using store = tempStore()
  store.chats.learn({ chat: mum, name: 'Mum' })
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
  await using middle = openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}` })
  await middle.start()
  for (const text of ['1', '2', '3', '4', '5']) {
    peter.sends(group, { text, fields: { sender_chat: { id: -100777, type: 'channel', title: 'Ads' } } })
  }
  olivia.sends(group, 'hello')
  await tg.until('the message of the owner', () => middle.whatsapp.shown.length > 0)
  await tg.until('the word to the owner', () => home.transcript().length > 0)
  await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  assert.deepEqual(
    middle.whatsapp.shown.map(({ text }) => text),
    ['hello'],
  )
  assert.equal(group.transcript().length, 6)
  const [told, ...others] = home.transcript()
  assert.deepEqual(others, [])
  assert.match(
    told?.text ?? '',
    /^Somebody wrote in the Telegram chat of "Mum" in the name of the channel "Ads"/,
  )
  tg.assertNoSurprises()
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
