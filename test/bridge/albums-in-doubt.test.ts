import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Content, MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { waitUntil } from './bridge.ts'
import { changesTo, chat, says } from './conversation.ts'
import { openMiddle } from './middle.ts'

const alice = 'whatsapp:5@lid'

/** One group with a topic for each of two chats. */
const open = async () => {
  const stack = new AsyncDisposableStack()
  const tg = stack.use(await startTelegramSimulator())
  const botRights = { can_delete_messages: true }
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const group = tg.addSupergroup({ title: 'Family', forum: true, botRights, members: [owner] })
  const store = stack.use(tempStore())
  for (const whatsapp of [chat, alice] as const) {
    const { message_thread_id: id } = group.addTopic({ name: whatsapp })
    store.mappings.add({ whatsapp, telegram: `telegram:${group.id}/${id}` })
  }
  const middle = stack.use(openMiddle(store, tg))
  middle.whatsapp.files = () => Readable.from([jpeg(100, 100)])
  await middle.start()
  const receive = async (...events: MessageEvent[]): Promise<void> => {
    for (const event of events) middle.inbox.receive([{ event }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
  }
  await receive(says('first', 'first'), from(says('hers', 'hers')))
  return {
    tg,
    store,
    middle,
    receive,
    shown: () =>
      group.transcript().map(({ text, mediaGroup }) => (mediaGroup === undefined ? text : '(picture)')),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const from = (event: MessageEvent): MessageEvent => ({
  ...event,
  chat: alice,
  sender: { person: alice, name: 'Alice', me: false },
})
const photo: Content = { kind: 'media', as: 'image', media: { source: 'photo' }, caption: plainText('') }
const albumOf = (id: string, expected = 3): MessageEvent[] => [
  { ...says(id, ''), content: { kind: 'album', items: [], expected }, album: { id } },
  ...Array.from({ length: expected }, (_, index) => ({
    ...says(`${id}${index}`, ''),
    content: photo,
    album: { id },
  })),
]

test('an album whose answer was lost is linked: a picture that is deleted goes, and what stands behind comes once', async () => {
  await using scene = await open()
  scene.tg.faults.next('sendMediaGroup', 'reply-lost')
  await scene.receive(...albumOf('A'), says('after', 'after'))
  assert.deepEqual(scene.shown().slice(2), ['(picture)', '(picture)', '(picture)', 'Bob\nafter'])
  scene.middle.inbox.receive([{ event: changesTo('A1', { kind: 'deletion', by: 'author' }) }])
  await waitUntil(() => scene.middle.outbox.counts().pending === 0)
  assert.deepEqual(scene.shown().slice(2), ['(picture)', '(picture)', 'Bob\nafter'])
  assert.equal(scene.middle.outbox.counts().failed, 0)
})

test('a text of another topic that never arrived comes, though an album is in doubt beside it', async () => {
  await using scene = await open()
  scene.tg.faults.next('sendMediaGroup', 'reply-lost')
  scene.tg.faults.next('sendMessage', { error: 500, description: 'Internal Server Error' })
  await scene.receive(...albumOf('A'), from(says('x', 'Call me')))
  assert.deepEqual(scene.shown().slice(2).sort(), ['(picture)', '(picture)', '(picture)', 'Call me'])
  assert.equal(scene.middle.outbox.counts().failed, 0)
})

test('of two albums in doubt in one group, one of which arrived, nobody knows which: none comes twice, none is taken for the other', async () => {
  await using scene = await open()
  scene.tg.faults.next('sendMediaGroup', 'reply-lost')
  scene.tg.faults.next('sendMediaGroup', { error: 500, description: 'Internal Server Error' })
  await scene.receive(...albumOf('A'), ...albumOf('B').map(from))
  assert.deepEqual(scene.shown().slice(2), ['(picture)', '(picture)', '(picture)'])
  assert.equal(scene.middle.outbox.counts().failed, 2)
})

test('what is left of an album that somebody deletes at once is not taken for the next one that is in doubt', async () => {
  await using scene = await open()
  const description = "Internal Server Error: sent message was immediately deleted and can't be returned"
  scene.tg.faults.next('sendMediaGroup', { error: 500, description, done: true, stays: 2 })
  scene.tg.faults.next('sendMediaGroup', { error: 500, description: 'Internal Server Error' })
  await scene.receive(...albumOf('A'), ...albumOf('B', 2))
  assert.deepEqual(scene.shown().slice(2), ['(picture)', '(picture)'])
  assert.equal(scene.middle.outbox.counts().failed, 2)
})

test('of two albums in doubt in one group, what arrived before the attempt at the later one is the earlier one', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'Family', forum: true, botRights: {} })
  const [his, hers] = [chat, alice].map(name => group.addTopic({ name }).message_thread_id)
  using store = tempStore()
  using unknown = tempStore()
  for (const { mappings } of [store, unknown]) {
    mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}/${his}` })
    mappings.add({ whatsapp: alice, telegram: `telegram:${group.id}/${hers}` })
  }
  const run = async (events: readonly MessageEvent[], { of = store, mark = '' } = {}): Promise<string> => {
    await using middle = openMiddle(of, tg)
    middle.whatsapp.files = () => Readable.from([jpeg(100, 100)])
    for (const event of events) middle.inbox.receive([{ event }])
    const top = middle.telegram.mark?.(`telegram:${group.id}`) ?? ''
    if (mark !== '') {
      const doubt = 'UPDATE jobs SET unsure = 1, due_at = 0, mark = iif(target = ?, ?, ?)'
      store.database.run(doubt, `telegram:${group.id}/${his}`, mark, top)
    }
    await middle.start()
    await waitUntil(() => middle.outbox.counts().pending === 0)
    assert.equal(middle.outbox.counts().failed, 0)
    return middle.telegram.mark?.(`telegram:${group.id}`) ?? ''
  }
  const mark = await run([says('first', 'first'), from(says('hers', 'hers'))])
  await run(albumOf('A'), { of: unknown })
  await run([says('meanwhile', 'meanwhile')])
  await run([...albumOf('A'), ...albumOf('B').map(from)], { mark })
  const topics = group.transcript().flatMap(({ mediaGroup, threadId }) => (mediaGroup ? [threadId] : []))
  assert.deepEqual(topics, [his, his, his, hers, hers, hers])
  tg.assertNoSurprises()
})
