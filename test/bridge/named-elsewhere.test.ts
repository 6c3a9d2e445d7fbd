import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [mum, boss] = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const

/** A forum with topics one and two, in which Mum's private chat is the first; nothing goes out yet. */
const open = async () => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const group = tg.addSupergroup({ title: 'WhatsApp', forum: true, botRights: {}, members: [owner] })
  const topics = ['one', 'two'].map(name => group.addTopic({ name }))
  const [one, two] = topics.map(each => `telegram:${group.id}/${each.message_thread_id}` as const)
  const first = topics[0]
  assert.ok(one !== undefined && two !== undefined && first !== undefined)
  const store = opened.use(tempStore())
  store.chats.learn({ chat: mum, name: 'Mum', kind: 'person' })
  store.chats.learn({ chat: boss, name: 'Boss', kind: 'person' })
  store.mappings.add({ whatsapp: mum, telegram: one })
  const middle = opened.use(openMiddle(store, tg))
  middle.whatsapp.files = () => Readable.from([jpeg(640, 480)])
  const rest = opened.move()
  return {
    ...{ store, middle, one, two },
    comes: (...events: MessageEvent[]) => middle.inbox.receive(events.map(each => ({ event: each }))),
    /** Lets all go that waits; returns what stands in the first topic then. */
    async carried() {
      await middle.start()
      await tg.until('all to be there', () => middle.outbox.counts().pending === 0)
      tg.assertNoSurprises()
      return first.transcript().map(({ text }) => text)
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

const said = [
  event(mum, 'I love you', { id: 'M1' }),
  event(mum, '', {
    id: 'M2',
    content: { kind: 'media', as: 'image', media: { source: 'M2' }, caption: plainText('look') },
  }),
  event(mum, 'me too', { id: 'M3', sender: { person: 'whatsapp:me', me: true } }),
]

test('what still waits for a topic that is somebody else’s by then says from whom it is', async () => {
  await using it = await open()
  it.comes(...said)
  it.store.mappings.remove(mum)
  it.store.mappings.add({ whatsapp: mum, telegram: it.two })
  it.store.mappings.add({ whatsapp: boss, telegram: it.one })
  it.comes(event(boss, 'Where are you?', { id: 'B1' }))
  const stands = await it.carried()
  assert.deepEqual(
    stands.toSorted(),
    ['Mum\nI love you', 'Mum\nlook', 'Where are you?', 'You → Mum\nme too'].toSorted(),
  )
})

test('what still waits for a topic that is nobody’s by then stands there as it always did', async () => {
  await using it = await open()
  it.comes(...said)
  it.store.mappings.remove(mum)
  assert.deepEqual(await it.carried(), ['I love you', 'look', 'You\nme too'])
})
