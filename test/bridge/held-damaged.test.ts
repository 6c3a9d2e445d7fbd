import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const mum = 'whatsapp:1@lid'

test('damage in what is kept back holds up nothing: the owner is told what is lost, and what can be read goes', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const group = tg.addSupergroup({ title: 'WhatsApp', botRights: {}, members: [owner] })
  const home = tg.addPrivateChat(owner)
  using store = tempStore()
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
  const kept = (id: string) =>
    event(`telegram:${group.id}`, `typed ${id}`, { id, sender: { person: 'telegram:7001', me: true } })
  const rows = [
    { event: { ...kept('91'), content: { kind: 'tezt' } }, jobs: [], at: 1 },
    { event: kept('92'), joBs: [], at: 1 },
    { event: kept('93'), jobs: 7, at: '1' },
    { event: kept('94'), jobs: [], at: 1 },
    'damaged',
  ]
  store.session('held').set(
    rows.map((row, at) => ({
      type: 'event',
      id: String(at + 1),
      value: JSON.stringify(row).slice(at === 4 ? 1 : 0),
    })),
  )
  await using middle = openMiddle(store, tg, { ownerChat: () => 'telegram:7001' })
  await middle.start()
  for (const id of ['M1', 'M2', 'M3']) {
    middle.inbox.receive([{ event: event(mum, id, { id, sender: { person: mum, me: false } }) }])
  }
  await tg.until(
    'all to be done',
    () => middle.whatsapp.shown.length === 3 && middle.outbox.counts().pending === 0,
  )
  assert.deepEqual(
    group.transcript().map(({ text }) => text),
    ['M1', 'M2', 'M3'],
  )
  assert.deepEqual(
    middle.whatsapp.shown.map(({ chat, text }) => [chat, text]),
    ['92', '93', '94'].map(id => [mum, `typed ${id}`]),
  )
  const told = home.transcript().filter(({ text }) => text.startsWith('The disk has spoilt'))
  assert.equal(told.length, 1)
  assert.deepEqual([...store.session('held').list('event')], [])
})
