import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offline, reject } from '../../src/bridge/verdict.ts'
import { event, family, mum, mumInTelegram, openBridge, waitUntil } from './bridge.ts'

const statuses = 'whatsapp:status@broadcast'
const carol = 'whatsapp:79@lid'

/** Mum's chat is two-way; what people post among the statuses comes to the same place. */
const openBoth = async () => {
  const bridge = openBridge()
  const { store, telegram, whatsapp } = bridge
  store.chats.learn({ chat: statuses, kind: 'broadcast' })
  store.chats.learn({ chat: carol, name: 'Carol' })
  store.chats.learn({ chat: mum, name: 'Mum' })
  store.mappings.add({ whatsapp: statuses, telegram: mumInTelegram, toTelegramOnly: true })
  bridge.worker.start()
  bridge.receive(event(statuses, 'At the lake', { sender: { person: carol, me: false } }))
  await waitUntil(bridge.isDone)
  return {
    ...bridge,
    post: telegram.shown.at(-1)?.id ?? '',
    /** Writes in Telegram, and waits for all that comes of it. Returns the id of what was typed. */
    async type(text: string, replyTo?: { id: string; byBridge?: boolean }): Promise<string> {
      const typed = event(mumInTelegram, text, {
        sender: { person: 'telegram:11', me: true },
        ...(replyTo && { replyTo }),
      })
      bridge.receive(typed)
      await waitUntil(() => bridge.isDone() || whatsapp.status.state !== 'connected')
      return typed.id
    },
    sent: () => whatsapp.shown.map(({ chat, text }) => [chat, text]),
    /** What the bridge says last, and under which id. */
    said: () => telegram.shown.findLast(({ kind }) => kind === 'notice'),
    [Symbol.asyncDispose]: () => bridge[Symbol.asyncDispose](),
  }
}

const notMapped = /^Not sent: that message belongs to (Carol|Mum), and that chat is not mapped to this one/

test('an answer to the own answer to a status goes to nobody else who is mapped there, whatever became of that answer', async () => {
  await using bridge = await openBoth()
  const mine = await bridge.type('You look great', { id: bridge.post })
  await bridge.type('Shall I come?', { id: mine })
  assert.deepEqual(bridge.sent(), [[carol, 'You look great']])
  assert.match(bridge.said()?.text ?? '', notMapped)
  assert.match(bridge.said()?.text ?? '', /An answer to a status itself goes to whoever posted it$/)

  bridge.whatsapp.scripts.push(async () => {
    throw reject('no')
  })
  const failed = await bridge.type('Which lake?', { id: bridge.post })
  const notice = bridge.said()
  assert.equal(notice?.text, 'Not delivered to Carol: no')
  await bridge.type('Well?', { id: failed })
  assert.match(bridge.said()?.text ?? '', notMapped)
  await bridge.type('Once more', { id: notice?.id ?? '', byBridge: true })
  assert.match(bridge.said()?.text ?? '', notMapped)

  bridge.whatsapp.scripts.push(async () => {
    bridge.whatsapp.status = { state: 'connecting' }
    throw offline('away')
  })
  const waiting = await bridge.type('Tell me', { id: bridge.post })
  await bridge.type('Please', { id: waiting })
  bridge.whatsapp.status = { state: 'connected' }
  bridge.worker.resume('whatsapp')
  await waitUntil(bridge.isDone)
  assert.deepEqual(bridge.sent(), [
    [carol, 'You look great'],
    [carol, 'Tell me'],
  ])
})

test('an answer to what went to a chat that is mapped there no longer is refused, and so is one to the word about it', async () => {
  await using bridge = await openBoth()
  const mine = await bridge.type('hello')
  bridge.whatsapp.scripts.push(async () => {
    throw reject('no')
  })
  await bridge.type('Lunch?')
  const notice = bridge.said()?.id ?? ''
  bridge.store.mappings.remove(mum)
  bridge.store.mappings.remove(statuses)
  bridge.store.mappings.remove(family)
  bridge.store.mappings.add({ whatsapp: family, telegram: mumInTelegram })
  await bridge.type('Only for you', { id: mine })
  assert.match(bridge.said()?.text ?? '', notMapped)
  await bridge.type('Once more', { id: notice, byBridge: true })
  assert.match(bridge.said()?.text ?? '', notMapped)
  assert.deepEqual(bridge.sent(), [[mum, 'hello']])
})

test('an answer to what went to Mum, or to the word that it could not go, goes to her where more comes there', async () => {
  await using bridge = await openBoth()
  const mine = await bridge.type('hello')
  bridge.whatsapp.scripts.push(async () => {
    throw reject('no')
  })
  const failed = await bridge.type('Lunch?')
  const notice = bridge.said()?.id ?? ''
  await bridge.type('It is me', { id: mine })
  await bridge.type('Lunch, I said', { id: failed })
  await bridge.type('Or tea', { id: notice, byBridge: true })
  assert.deepEqual(
    bridge.sent(),
    ['hello', 'It is me', 'Lunch, I said', 'Or tea'].map(text => [mum, text]),
  )
})

test('an answer to a message that was refused itself is refused where several chats come', async () => {
  await using bridge = await openBoth()
  const refused = await bridge.type('Hm?', { id: 'unknown', byBridge: true })
  const word = bridge.said()
  assert.match(word?.text ?? '', /^Not sent: several WhatsApp chats come here/)
  await bridge.type('For whom?', { id: refused })
  await bridge.type('And this?', { id: word?.id ?? '', byBridge: true })
  assert.deepEqual(bridge.sent(), [])
  const words = bridge.telegram.shown.filter(({ kind }) => kind === 'notice').map(({ text }) => text)
  assert.deepEqual(words, Array(3).fill(word?.text))
})

test('an answer to a word of an earlier version, which kept nothing of that, goes to the only chat there is', async () => {
  await using bridge = openBridge()
  const { store, telegram, whatsapp } = bridge
  bridge.worker.start()
  whatsapp.scripts.push(async () => {
    throw reject('no')
  })
  const me = { sender: { person: 'telegram:11', me: true } } as const
  bridge.receive(event(mumInTelegram, 'Lunch?', me))
  await waitUntil(bridge.isDone)
  const notice = telegram.shown.at(-1)
  assert.equal(notice?.kind, 'notice')
  store.database.run('UPDATE messages SET content = NULL')
  bridge.receive(event(mumInTelegram, 'Once more', { ...me, replyTo: { id: notice.id, byBridge: true } }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    whatsapp.shown.map(({ chat, text }) => [chat, text]),
    [[mum, 'Once more']],
  )
})
