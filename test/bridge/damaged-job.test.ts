import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { Pace } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [mum, lost] = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const
const numbers = Array.from({ length: 30 }, (_, index) => String(index))

test('one of many waiting messages that the disk has spoilt fails by itself: those around it and those of others go joined', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const home = tg.addPrivateChat(owner)
  const groups = [mum, lost].map(() => tg.addSupergroup({ title: 'Chat', botRights: {}, members: [owner] }))
  using store = tempStore()
  const pace = new Pace(telegramBudgets, ratePeerOf)
  await using middle = openMiddle(store, tg, { pace, ownerChat: () => 'telegram:7001' })
  const chats: readonly ChatRef[] = [lost, mum]
  for (const [index, chat] of chats.entries())
    store.mappings.add({ whatsapp: chat, telegram: `telegram:${groups[index]?.id}` })
  for (const chat of chats)
    for (const id of numbers)
      middle.inbox.receive([{ event: event(chat, id, { sender: { person: chat, me: false } }) }])
  const spoil = `UPDATE jobs SET event = substr(event, 1, 40) WHERE lane = '${lost}' AND event LIKE '%"text":"14"%'`
  assert.equal(store.database.run(spoil).changes, 1)
  await middle.start()
  await tg.until('the end of all', () => middle.outbox.counts().pending === 0)
  assert.equal(middle.outbox.counts().failed, 1)
  const seen = groups.map(group =>
    group.transcript().map(({ text }) => text.split('\n').filter(line => /^\d+$/.test(line))),
  )
  const others = numbers.toSpliced(14, 1)
  assert.deepEqual(
    seen.map(texts => texts.flat()),
    [others, numbers],
  )
  assert.deepEqual(
    seen.map(texts => texts.map(({ length }) => length)),
    [
      [14, 15],
      [20, 10],
    ],
  )
  await tg.until('what the owner hears', () => home.transcript().length > 0)
  assert.match(home.transcript()[0]?.text ?? '', /^A message could not be shown in Telegram/)
  tg.assertNoSurprises()
})
