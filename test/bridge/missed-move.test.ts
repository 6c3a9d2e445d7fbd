import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { TelegramOptions } from '../../src/telegram/connection.ts'
import { type SimChat, startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const mum = 'whatsapp:1@lid'
const day = 86_400_000
const unasked = (title: string): string =>
  `You wrote in "${title}", which is mapped to no WhatsApp chat, and it stays there. It may be a mapped group that has become a supergroup: Telegram does not say now. If it is one, write again there later what was for WhatsApp.`

/** A mapped group that has become a supergroup while the bridge was off, for so long that Telegram says nothing of it any more. */
const openMoved = async (settings: Pick<TelegramOptions, 'trustNameless'> = {}) => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const group = tg.addGroup({ title: 'Mum', members: [owner] })
  const store = opened.use(tempStore())
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
  const middle = opened.use(openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}`, settings }))
  const moved = tg.migrate(group)
  tg.advanceClock(day + 1000)
  const rest = opened.move()
  return {
    ...{ tg, owner, moved, middle },
    map: (whatsapp: ChatRef, { id }: SimChat) => store.mappings.add({ whatsapp, telegram: `telegram:${id}` }),
    mapped: () => store.mappings.list().map(({ telegram }) => telegram),
    arrives: (text: string) =>
      tg.until(text, () => middle.whatsapp.shown.find(each => each.text === text)?.chat),
    asked: () => tg.callsOf('getChatMemberCount').length,
    /** What the owner is told in their chat with the bot, when all that is to be said there stands. */
    async told() {
      await tg.until('all to be said', () => middle.outbox.counts().pending === 0)
      return home.transcript().map(({ text }) => text)
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

test('what is written where a group has moved unheard goes to whom that is mapped to, and what comes goes there', async () => {
  await using it = await openMoved()
  const { tg, owner, moved, middle } = it
  owner.sends(moved, 'are you there?')
  await middle.start()
  assert.equal(await it.arrives('are you there?'), mum)
  assert.deepEqual(it.mapped(), [`telegram:${moved.id}`])
  owner.sends(moved, 'hello?')
  await it.arrives('hello?')
  assert.equal(it.asked(), 1)
  middle.inbox.receive([{ event: event(mum, 'yes') }])
  await tg.until('the answer', () => moved.transcript().some(({ text }) => text === 'yes'))
  tg.assertNoSurprises()
})

test('what is written in the name of a group that has moved unheard goes there, where that counts as the owner', async () => {
  await using it = await openMoved({ trustNameless: true })
  it.owner.sends(it.moved, { text: 'are you there?', nameless: true })
  await it.middle.start()
  assert.equal(await it.arrives('are you there?'), mum)
})

test('what is written where a group has moved unheard goes there also where it comes with the word of another one that moved', async () => {
  await using it = await openMoved()
  const { tg, owner, moved, middle } = it
  const other = tg.addGroup({ title: 'Dad', members: [owner] })
  it.map('whatsapp:2@lid', other)
  owner.sends(moved, 'are you there?')
  owner.sends(other, 'dinner?')
  owner.sends(tg.migrate(other), 'at eight')
  await middle.start()
  await it.arrives('at eight')
  await it.arrives('are you there?')
  const { shown } = middle.whatsapp
  assert.deepEqual(
    [mum, 'whatsapp:2@lid'].map(to => shown.filter(({ chat }) => chat === to).map(({ text }) => text)),
    [['are you there?'], ['dinner?', 'at eight']],
  )
  assert.equal(shown.length, 3)
  tg.assertNoSurprises()
})

for (const fault of [
  'reply-lost',
  { cutAfter: 150, reset: true },
  { status: 502, html: '<h1>Bad Gateway</h1>', done: true },
  { error: 500, description: 'Internal Server Error' },
] as const)
  test(`while Telegram does not say whether a group has moved (${JSON.stringify(fault)}), nothing of what is written there is passed over`, async () => {
    await using it = await openMoved()
    it.tg.faults.next('getChatMemberCount', fault, { times: 2 })
    it.owner.sends(it.moved, 'are you there?')
    await it.middle.start()
    assert.equal(await it.arrives('are you there?'), mum)
    assert.equal(it.asked(), 3)
  })

test('where Telegram never says whether a group has moved, what is written elsewhere comes all the same', async () => {
  await using it = await openMoved()
  const { tg, owner } = it
  const other = tg.addSupergroup({ title: 'Dad', members: [owner] })
  it.map('whatsapp:2@lid', other)
  const error = { error: 500, description: 'Internal Server Error' } as const
  tg.faults.next('getChatMemberCount', error, { times: 1000 })
  owner.sends(tg.addSupergroup({ title: 'Football', members: [owner] }), 'goal!')
  owner.sends(other, 'dinner?')
  await it.middle.start()
  assert.equal(await it.arrives('dinner?'), 'whatsapp:2@lid')
  await tg.until('all to be taken', () => tg.pendingUpdates === 0)
})

test('where Telegram did not say for a while whether a group has moved, it is asked again with what is written there next, and the owner told', async () => {
  await using it = await openMoved()
  const { tg, owner, moved, middle } = it
  const error = { error: 500, description: 'Internal Server Error' } as const
  tg.faults.next('getChatMemberCount', error, { times: 4 })
  owner.sends(moved, 'are you there?')
  await middle.start()
  await tg.until('it to be taken', () => tg.pendingUpdates === 0)
  owner.sends(moved, 'hello?')
  assert.equal(await it.arrives('hello?'), mum)
  assert.equal(it.asked(), 5)
  assert.deepEqual(await it.told(), [unasked('Mum')])
})

test('where Telegram never says whether a group has moved, it is not asked with each word that is written elsewhere', async () => {
  await using it = await openMoved()
  const { tg, owner } = it
  const other = tg.addSupergroup({ title: 'Football', members: [owner] })
  const error = { error: 500, description: 'Internal Server Error' } as const
  tg.faults.next('getChatMemberCount', error, { times: 1000 })
  await it.middle.start()
  for (let goals = 1; goals <= 5; goals += 1) {
    owner.sends(other, `goal ${goals}!`)
    await tg.until('it to be taken', () => tg.pendingUpdates === 0)
  }
  assert.equal(it.asked(), 5)
  assert.deepEqual(await it.told(), [unasked('Football')])
})

test('what is written in a supergroup of something else goes nowhere, and the mapped group is asked about once', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const group = tg.addGroup({ title: 'Mum', members: [owner] })
  const other = tg.addSupergroup({ title: 'Football', members: [owner] })
  using store = tempStore()
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
  await using middle = openMiddle(store, tg)
  await middle.start()
  for (const text of ['goal!', 'and another']) {
    owner.sends(other, text)
    await tg.until('it to be taken', () => tg.pendingUpdates === 0)
  }
  owner.sends(group, 'dinner?')
  await tg.until('the message', () => middle.whatsapp.shown.length > 0)
  assert.deepEqual(
    middle.whatsapp.shown.map(({ text }) => text),
    ['dinner?'],
  )
  assert.equal(tg.callsOf('getChatMemberCount').length, 1)
  assert.deepEqual(
    other.transcript().filter(({ from }) => from.isBot),
    [],
  )
})
