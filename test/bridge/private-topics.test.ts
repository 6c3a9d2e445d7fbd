import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [mum, boss] = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const

/** The owner's chat with the bot (Bot API 9.4): a topic for Mum, and the boss outside of it, where the owner is told things, too. */
const open = async () => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator({ topicsInPrivate: true }))
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const topic = home.addTopic({ name: 'Mum' })
  const store = opened.use(tempStore())
  store.chats.learn({ chat: mum, name: 'Mum' })
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${home.id}/${topic.message_thread_id}` })
  store.mappings.add({ whatsapp: boss, telegram: `telegram:${home.id}` })
  const middle = opened.use(openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}` }))
  await middle.start()
  const rest = opened.move()
  return {
    ...{ tg, owner, home, topic, middle },
    comes: (from: typeof mum | typeof boss, text: string, id: string) =>
      middle.inbox.receive([{ event: event(from, text, { id }) }]),
    isDone: () =>
      tg.until('all to be done', () => tg.pendingUpdates === 0 && middle.outbox.counts().pending === 0),
    stands: () => home.transcript().map(({ text, threadId }) => [text, threadId]),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

test('in topics of the chat with the bot all crosses both ways, also what is in doubt beside the same words outside', async () => {
  await using it = await open()
  const { tg, owner, home, topic, middle } = it
  tg.faults.next('sendMessage', 'reply-lost', { times: 2 })
  it.comes(mum, 'Lunch?', 'M1')
  it.comes(boss, 'Lunch?', 'B1')
  await it.isDone()
  assert.deepEqual(
    it.stands().toSorted((one, other) => Number(one[1] ?? 0) - Number(other[1] ?? 0)),
    [
      ['Lunch?', undefined],
      ['Lunch?', topic.message_thread_id],
    ],
  )
  const [hers] = topic.transcript()
  const his = home.transcript().find(({ threadId }) => threadId === undefined)
  owner.sends(topic, { text: 'at one', reply_to: hers?.id ?? 0 })
  const own = owner.sends(home, { text: 'at two', reply_to: his?.id ?? 0 })
  await tg.until('both', () => middle.whatsapp.shown.length === 2)
  owner.edits(home, own.message_id, 'at three')
  await tg.until('the edit', () => middle.whatsapp.shown.some(({ text }) => text === 'at three'))
  assert.deepEqual(middle.whatsapp.shown.map(({ chat, text, replyTo }) => [chat, text, replyTo]).toSorted(), [
    [mum, 'at one', 'M1'],
    [boss, 'at three', 'B1'],
  ])
  tg.assertNoSurprises()
})

test('where Threaded Mode is switched off, what is for a topic stands nowhere else, and the owner is told', async () => {
  await using it = await open()
  const { tg, owner, topic, middle } = it
  it.comes(mum, 'before', 'M1')
  await it.isDone()
  tg.topicsInPrivate = false
  it.comes(mum, 'secret', 'M2')
  it.comes(boss, 'hello', 'B1')
  await it.isDone()
  tg.topicsInPrivate = true
  it.comes(mum, 'after', 'M3')
  await it.isDone()
  owner.sends(topic, 'and back')
  await tg.until('the answer', () => middle.whatsapp.shown.length > 0)
  await it.isDone()
  const [told] = it.stands().flatMap(([text]) => (/^A message from Mum/.test(String(text)) ? [text] : []))
  assert.match(String(told), /The Telegram topic is gone/)
  assert.deepEqual(
    it.stands().filter(([text]) => text !== told),
    [
      ['before', topic.message_thread_id],
      ['hello', undefined],
      ['after', topic.message_thread_id],
      ['and back', topic.message_thread_id],
    ],
  )
  assert.deepEqual(
    middle.whatsapp.shown.map(({ chat, text }) => [chat, text]),
    [[mum, 'and back']],
  )
  tg.assertNoSurprises()
})
