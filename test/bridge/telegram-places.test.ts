import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainText } from '../../src/bridge/rich-text.ts'
import {
  type SimChat,
  type SimTopic,
  startTelegramSimulator,
  type TelegramSimulator,
} from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

interface Place {
  readonly tg: TelegramSimulator
  readonly group: SimChat
  readonly topic: SimTopic
}

/** What the bridge cannot mend without a word of the owner, and what the owner is told. */
const losses: readonly [string, (place: Place) => void, RegExp][] = [
  [
    'its topic was deleted',
    ({ tg, topic }) => tg.deleteTopic(topic),
    /The Telegram topic is gone, or too old for bots: map the chat/,
  ],
  [
    'its topic was closed',
    ({ tg, topic }) => tg.closeTopic(topic),
    /The Telegram topic is closed: reopen it/,
  ],
]

for (const [name, lose, said] of losses) {
  test(`Where ${name}, the owner is told what did not come and what to do, and no message goes elsewhere`, async () => {
    await using tg = await startTelegramSimulator()
    const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
    const home = tg.addPrivateChat(owner)
    const group = tg.addSupergroup({ title: 'WhatsApp', forum: true, botRights: {}, members: [owner] })
    const topic = group.addTopic({ name: 'Alice' })
    using store = tempStore()
    store.mappings.add({
      whatsapp: 'whatsapp:1@lid',
      telegram: `telegram:${group.id}/${topic.message_thread_id}`,
    })
    await using middle = openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}` })
    await middle.start()
    middle.inbox.receive([{ event: event('whatsapp:1@lid', 'before') }])
    await tg.until('the first message', () => topic.transcript().length === 1)
    lose({ tg, group, topic })
    middle.inbox.receive([{ event: event('whatsapp:1@lid', 'hello') }])
    await tg.until('the word to the owner', () => home.transcript().length > 0)
    await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
    const texts = home.transcript().map(({ text }) => text ?? '')
    assert.equal(texts.length, 1)
    assert.match(texts[0] ?? '', said)
    assert.deepEqual(
      group.transcript().filter(({ text }) => text?.includes('hello')),
      [],
    )
    tg.assertNoSurprises()
  })
}

test('Thrown out of a group, the bot says so to the owner at once and once, also when the news comes again', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const [group, other] = ['WhatsApp', 'Other'].map(title =>
    tg.addSupergroup({ title, forum: true, botRights: {}, members: [owner] }),
  ) as [SimChat, SimChat]
  using store = tempStore()
  for (const [index, name] of ['Alice', 'Bob', 'Carol', 'Dave'].entries()) {
    const { message_thread_id: topic } = group.addTopic({ name })
    const whatsapp = `whatsapp:${index + 1}@lid` as const
    store.chats.learn({ chat: whatsapp, name })
    store.mappings.add({ whatsapp, telegram: `telegram:${group.id}/${topic}` })
  }
  await using middle = openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}` })
  await middle.start()
  tg.kick(other)
  tg.kick(group)
  await tg.until('the word to the owner', () => home.transcript().length > 0)
  tg.repeatUpdates(1)
  tg.readmit(group, {})
  owner.sends(home, '/start')
  await tg.until('the answer', () => home.transcript().length > 2)
  const told = home.transcript().filter(({ text }) => text.startsWith('I am no longer'))
  assert.equal(told.length, 1)
  assert.match(
    told[0]?.text ?? '',
    /^I am no longer in the Telegram chat of "Alice", "Bob", "Carol" and 1 more: [\s\S]*wa2tg map add/,
  )
  tg.assertNoSurprises()
})

test('Thrown out and let in again while the bridge was down, the bot says nothing', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const [group, other] = ['Back', 'Gone'].map(title =>
    tg.addSupergroup({ title, botRights: {}, members: [owner] }),
  ) as [SimChat, SimChat]
  using store = tempStore()
  for (const [index, { id }] of [group, other].entries())
    store.mappings.add({ whatsapp: `whatsapp:${index + 1}@lid`, telegram: `telegram:${id}` })
  store.chats.learn({ chat: 'whatsapp:2@lid', name: 'Bob' })
  await using middle = openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}` })
  tg.kick(group)
  for (const chat of [other, group, other]) tg.readmit(chat, {})
  tg.kick(other)
  await middle.start()
  await tg.until('the word to the owner', () => home.transcript().length > 0)
  owner.sends(home, '/start')
  await tg.until('the answer', () => home.transcript().length > 2)
  const told = home.transcript().filter(({ text }) => text.startsWith('I am no longer'))
  assert.deepEqual(
    told.map(({ text }) => text.split(':')[0]),
    ['I am no longer in the Telegram chat of "Bob"'],
  )
  tg.assertNoSurprises()
})

test('When a supergroup ends, the group that it once was is no second loss', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const group = tg.addGroup({ title: 'Family', members: [owner] })
  using store = tempStore()
  const whatsapp = 'whatsapp:1@lid'
  store.mappings.add({ whatsapp, telegram: `telegram:${group.id}` })
  await using middle = openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}` })
  await middle.start()
  const moved = tg.migrate(group)
  const mapped = () => store.mappings.forSource(whatsapp)[0]?.telegram
  await tg.until('the move', () => tg.pendingUpdates === 0 && mapped() === `telegram:${moved.id}`)
  tg.kick(moved)
  tg.advanceClock(5000)
  tg.kick(group)
  owner.sends(home, '/start')
  await tg.until('the answer', () => home.transcript().length > 2 && middle.outbox.counts().pending === 0)
  const told = home.transcript().filter(({ text }) => text.startsWith('I am no longer'))
  assert.equal(told.length, 1)
  tg.assertNoSurprises()
})

test('What is edited of a message whose group became a supergroup between two parts of it says there who wrote it', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const group = tg.addGroup({ title: 'Family', members: [owner] })
  using store = tempStore()
  const [family, mum] = ['whatsapp:3@g.us', 'whatsapp:1@lid'] as const
  store.mappings.add({ whatsapp: family, telegram: `telegram:${group.id}` })
  await using middle = openMiddle(store, tg)
  await middle.start()
  const sender = { person: mum, name: 'Mum', me: false }
  const words = Array.from({ length: 1000 }, (_, n) => `word${n}`).join(' ')
  let isMoved = false
  tg.faults.next(
    'sendMessage',
    { error: 429, retryAfter: 1 },
    { times: 1_000_000, when: ({ text }) => !isMoved && String(text).endsWith('word999') },
  )
  middle.inbox.receive([{ event: event(family, words, { id: 'M1', sender }) }])
  await tg.until('the first part', () => group.transcript().some(({ text }) => text.startsWith('Mum\n')))
  const moved = tg.migrate(group)
  isMoved = true
  await tg.until('the rest', () => middle.outbox.counts().pending === 0)
  assert.equal(moved.transcript().at(-1)?.text.endsWith('word999'), true)
  const head = { version: 1, chat: family, id: 'E1', sender, sentAt: Date.now() } as const
  for (const body of ['at one', 'at two']) {
    const edit = {
      ...head,
      id: body,
      kind: 'edit',
      target: { id: 'M1' },
      content: { kind: 'text', body: plainText(body) },
    } as const
    middle.inbox.receive([{ event: edit }])
    await tg.until('the edit', () => moved.transcript().at(-1)?.text.endsWith(body) === true)
    assert.equal(moved.transcript().at(-1)?.text, `Mum\n${body}`)
  }
  tg.assertNoSurprises()
})
