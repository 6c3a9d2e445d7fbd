import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { Outbox, Pace } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [mum, lost] = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const
/** What the disk has made of a chat's number. */
const nowhere: ChatRef = 'telegram:-100\u00017'

test('a delivery to a place that the disk has spoilt holds up nothing, also where it was cut off: the owner is told', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const group = tg.addSupergroup({ title: 'Mum', botRights: {}, members: [owner] })
  const home = tg.addPrivateChat(owner)
  using store = tempStore()
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
  const outbox = new Outbox(store.database)
  for (const id of ['cut off', 'waits']) {
    const said = event(lost, id, { sender: { person: lost, me: false } })
    const source = store.links.remember({ chat: lost, id: said.id, author: lost, me: false }, 1) ?? 0
    const job = { lane: `${lost} ${id}`, target: nowhere, source, messageId: id }
    const added = outbox.add({ ...job, event: JSON.stringify(said) }, 1)
    if (id === 'cut off') outbox.claim(added, undefined)
  }
  const pace = new Pace(telegramBudgets, ratePeerOf)
  await using middle = openMiddle(store, tg, { pace, ownerChat: () => 'telegram:7001' })
  await middle.start()
  middle.inbox.receive([{ event: event(mum, 'from Mum', { sender: { person: mum, me: false } }) }])
  await tg.until('her message', () => group.transcript().length === 1)
  owner.sends(group, 'to Mum')
  await tg.until('the answer', () => middle.whatsapp.shown.length === 1)
  await tg.until('an end of the two', () => middle.outbox.counts().pending === 0)
  assert.equal(middle.outbox.counts().failed, 2)
  assert.match(home.transcript()[0]?.text ?? '', /could not be shown in Telegram/)
  tg.assertNoSurprises()
})
