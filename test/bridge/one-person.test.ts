import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { openMiddle } from './middle.ts'

const NUMBER = 'whatsapp:15550000002@s.whatsapp.net'
const LID = 'whatsapp:2@lid'

const open = async () => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const add = (title: string) => tg.addSupergroup({ title, botRights: {}, members: [owner] })
  const [byNumber, byName] = [add('by number'), add('by name')]
  const store = opened.use(tempStore())
  store.chats.learn({ chat: LID, pushName: 'Ali' })
  const middle = opened.use(openMiddle(store, tg, { ownerChat: () => 'telegram:7001' }))
  await middle.start()
  const rest = opened.move()
  return {
    ...{ tg, owner, home, byNumber, byName, store, middle },
    /** WhatsApp tells that the number is hers. */
    pair: () => middle.inbox.learn({ chat: LID, aliases: [NUMBER] }),
    told: () => home.transcript().map(({ text }) => text),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

test('where two mapped chats turn out to be one person, the owner is told at once which mapping is left', async () => {
  await using it = await open()
  const { tg, owner, byNumber, byName, store, middle } = it
  store.mappings.add({ whatsapp: NUMBER, telegram: `telegram:${byNumber.id}`, now: 1 })
  store.mappings.add({ whatsapp: LID, telegram: `telegram:${byName.id}`, now: 2 })
  owner.sends(byNumber, 'one')
  await tg.until('the message', () => middle.whatsapp.shown.length === 1)
  it.pair()
  await tg.until('the word', () => it.told().length > 0)
  it.pair()
  owner.sends(byName, 'two')
  await tg.until('the second message', () => middle.whatsapp.shown.length === 2)
  await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  assert.deepEqual(it.told(), [
    `"Ali" was mapped twice, and WhatsApp says now that both are one person. They go to ${byName.id} alone, and what you write in ${byNumber.id} stays there. wa2tg map remove and wa2tg map add change that.`,
  ])
  tg.assertNoSurprises()
})

test('of two mappings of one person the one stays in which answers go back, be it the older', async () => {
  await using it = await open()
  const { tg, owner, byNumber, byName, store, middle } = it
  store.mappings.add({ whatsapp: NUMBER, telegram: `telegram:${byNumber.id}`, now: 1 })
  store.mappings.add({
    whatsapp: LID,
    telegram: `telegram:${byName.id}`,
    toTelegramOnly: true,
    now: 2,
  })
  it.pair()
  owner.sends(byNumber, 'one')
  await tg.until('the message', () => middle.whatsapp.shown.length === 1)
  await tg.until('the word', () => it.told().length > 0)
  assert.match(it.told()[0] ?? '', new RegExp(`go to ${byNumber.id} alone`))
})

test('two mappings of one person into one place are one, without a word', async () => {
  await using it = await open()
  const { tg, owner, byNumber, store, middle } = it
  const place = { telegram: `telegram:${byNumber.id}` } as const
  store.mappings.add({ ...place, whatsapp: NUMBER, now: 1 })
  store.mappings.add({ ...place, whatsapp: LID, toTelegramOnly: true, now: 2 })
  it.pair()
  owner.sends(byNumber, 'one')
  await tg.until('the message', () => middle.whatsapp.shown.length === 1)
  await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  assert.deepEqual(it.told(), [])
})
