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
const albumOf = (id: string): MessageEvent[] => [
  { ...says(id, ''), content: { kind: 'album', items: [], expected: 3 }, album: { id } },
  ...[0, 1, 2].map(index => ({ ...says(`${id}${index}`, ''), content: photo, album: { id } })),
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
