import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { Content } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { telegramBudgets } from '../../src/telegram/rates.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { endsWithin } from '../support/within.ts'
import { event, waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

const picture: Content = {
  kind: 'media',
  as: 'image',
  media: { source: 'x' },
  caption: plainText(''),
}

const inAlbum = (chat: ChatRef, size: number) => [
  event(chat, '', { id: 'A', content: { kind: 'album', items: [], expected: size }, album: { id: 'A' } }),
  ...Array.from({ length: size }, (_, index) =>
    event(chat, '', { id: `A${index}`, content: picture, album: { id: 'A', index } }),
  ),
]

const chats = [1, 2, 3, 4].map((number): ChatRef => `whatsapp:${number}@lid`)
const fifth: ChatRef = 'whatsapp:5@lid'
const [first, second, third, fourth] = chats as [ChatRef, ChatRef, ChatRef, ChatRef]

for (const [what, slow, calls] of [
  ['an album', inAlbum(first, 10), 1],
  ['three files', [first, second, third].map(chat => event(chat, '', { content: picture })), 3],
] as const)
  test(`while ${what} of some topics slowly go up, texts of another one in the group go`, async () => {
    await using tg = await startTelegramSimulator()
    const group = tg.addSupergroup({ title: 'WhatsApp', forum: true, botRights: {} })
    using store = tempStore()
    const topics = chats.map(whatsapp => {
      const topic = group.addTopic({ name: whatsapp })
      store.mappings.add({ whatsapp, telegram: `telegram:${group.id}/${topic.message_thread_id}` })
      return topic
    })
    await using middle = openMiddle(store, tg, { budgets: telegramBudgets })
    const line = Promise.withResolvers<void>()
    let begun = 0
    const bytes = jpeg(100, 100)
    middle.whatsapp.files = () =>
      Readable.from(
        (async function* () {
          begun += 1
          yield bytes.subarray(0, 50)
          await line.promise
          yield bytes.subarray(50)
        })(),
      )
    await middle.start()
    for (const each of slow) middle.inbox.receive([{ event: each }])
    await waitUntil(() => begun === calls)
    for (const words of ['one', 'two', 'three', 'four'])
      middle.inbox.receive([{ event: event(fourth, words) }])
    const uploaded = () => topics.flatMap(topic => topic.transcript().filter(({ kind }) => kind === 'photo'))
    const texts = () => topics[3]?.transcript().map(({ text }) => text)
    await waitUntil(() => (texts()?.length ?? 0) >= 3)
    assert.deepEqual([begun, uploaded().length], [calls, 0], 'they are under way all the while')
    line.resolve()
    await waitUntil(() => middle.outbox.counts().pending === 0)
    assert.match(texts()?.join('\n') ?? '', /one\n.*two\n.*three\n.*four$/s)
    assert.equal(uploaded().length, slow.filter(({ content }) => content.kind === 'media').length)
    assert.equal(middle.outbox.counts().failed, 0)
  })

test('while four large files slowly go up, a voice note of another chat goes', async () => {
  await using tg = await startTelegramSimulator()
  using store = tempStore()
  const groups = [...chats, fifth].map(whatsapp => {
    const group = tg.addSupergroup({ title: whatsapp, botRights: {} })
    store.mappings.add({ whatsapp, telegram: `telegram:${group.id}` })
    return group
  })
  await using middle = openMiddle(store, tg)
  const line = Promise.withResolvers<void>()
  let begun = 0
  middle.whatsapp.files = ({ source }) =>
    Readable.from(
      (async function* () {
        yield jpeg(100, 100).subarray(0, 50)
        begun += 1
        if (source === 'film') await line.promise
        yield jpeg(100, 100).subarray(50)
      })(),
    )
  await middle.start()
  const film: Content = { ...picture, media: { source: 'film', size: 9_000_000 } }
  for (const chat of chats) middle.inbox.receive([{ event: event(chat, film) }])
  await waitUntil(() => begun === 4)
  const voice: Content = { ...picture, as: 'voice', media: { source: 'voice', size: 30_000 } }
  middle.inbox.receive([{ event: event(fifth, voice) }])
  const gone = waitUntil(() => groups[4]?.transcript().length === 1)
  // Those that stand still are given up after a minute, and leave their places then.
  assert.ok(await endsWithin(30_000, gone))
  line.resolve()
  await waitUntil(() => middle.outbox.counts().pending === 0)
  assert.ok(groups.every(group => group.transcript().length === 1))
})
