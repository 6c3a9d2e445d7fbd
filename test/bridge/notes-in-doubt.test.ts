import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BridgeEvent } from '../../src/bridge/event.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { waitUntil } from './bridge.ts'
import { bob, changesTo, chat, eve, says } from './conversation.ts'
import { openMiddle } from './middle.ts'

const other = 'whatsapp:4@g.us'
const line = '👍 Bob · 😂 Eve'

/** Two chats in one group, with a message each; the same two people react to both. */
const open = async () => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const group = tg.addSupergroup({ title: 'Family', botRights: {} })
  const store = opened.use(tempStore())
  for (const whatsapp of [chat, other] as const) {
    store.mappings.add({
      whatsapp,
      telegram: `telegram:${group.id}`,
      toTelegramOnly: whatsapp === other,
    })
    store.chats.learn({ chat: whatsapp, kind: 'group', name: whatsapp })
  }
  const middle = opened.use(openMiddle(store, tg))
  await middle.start()
  const receive = async (...events: BridgeEvent[]): Promise<void> => {
    for (const event of events) middle.inbox.receive([{ event }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
  }
  await receive(says('a', 'one'), { ...says('b', 'two'), chat: other })
  const reactsTo = (id: string, emoji: string, from: typeof bob | typeof eve): BridgeEvent => ({
    ...changesTo(id, { kind: 'reaction', emoji }, { from }),
    chat: id === 'a' ? chat : other,
  })
  await receive(reactsTo('a', '👍', bob), reactsTo('b', '👍', bob))
  const stack = opened.move()
  return {
    tg,
    receive,
    reactsTo,
    failed: () => middle.outbox.counts().failed,
    lines: () => group.transcript().filter(({ text }) => text?.startsWith('👍')),
    /** Under which id the line of a message is known. */
    lineOf: (id: string) => {
      const key = store.links.find({ chat: id === 'a' ? chat : other, id })?.key ?? 0
      return store.links.parts(key, 'reactions').map(each => Number(each.id))
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

test('lines that say the same under messages of two chats, both in doubt, are not taken for each other', async () => {
  await using scene = await open()
  const { tg, receive, reactsTo } = scene
  const fails = { error: 500, description: 'Internal Server Error' }
  tg.faults.next('sendMessage', 'reply-lost', { times: 2 })
  // No question is answered before both have gone.
  tg.faults.next('editMessageReplyMarkup', fails, { times: 5000, when: () => scene.lines().length < 2 })
  await receive(reactsTo('a', '😂', eve), reactsTo('b', '😂', eve))
  assert.deepEqual([scene.failed(), scene.lineOf('a'), scene.lineOf('b')], [2, [], []])
  assert.deepEqual(
    scene.lines().map(({ text }) => text),
    [line, line],
  )
})

test('a line in doubt is not taken for one that says the same and was given up', async () => {
  await using scene = await open()
  const { tg, receive, reactsTo } = scene
  tg.faults.next('sendMessage', 'reply-lost')
  const odd = { error: 400, description: 'Bad Request: ODD' }
  tg.faults.next('editMessageReplyMarkup', odd, { times: 5000 })
  await receive(reactsTo('a', '😂', eve))
  tg.faults.clear()
  assert.deepEqual([scene.failed(), scene.lines().length], [1, 1])
  tg.faults.next('sendMessage', { error: 500, description: 'Internal Server Error' })
  await receive(reactsTo('b', '😂', eve))
  assert.deepEqual([scene.failed(), scene.lineOf('b'), scene.lines().length], [2, [], 1])
})

test('a line in doubt that alone can be it is found', async () => {
  await using scene = await open()
  scene.tg.faults.next('sendMessage', 'reply-lost')
  await scene.receive(scene.reactsTo('a', '😂', eve))
  assert.deepEqual([scene.failed(), scene.lineOf('a')], [0, scene.lines().map(({ id }) => id)])
})

test('a line in doubt whose chat gets another address meanwhile is found', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'Family', botRights: {} })
  using store = tempStore()
  const number = 'whatsapp:15550001111@s.whatsapp.net'
  store.mappings.add({ whatsapp: number, telegram: `telegram:${group.id}` })
  store.chats.learn({ chat: number, kind: 'person', name: 'Bob' })
  await using middle = openMiddle(store, tg)
  await middle.start()
  const receive = async (event: BridgeEvent): Promise<void> => {
    middle.inbox.receive([{ event: { ...event, chat: number } }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
  }
  await receive(says('a', 'one'))
  await receive(changesTo('a', { kind: 'reaction', emoji: '👍' }, { from: bob }))
  tg.faults.next('sendMessage', 'reply-lost')
  let isMoved = false
  const when = (): boolean => {
    if (!isMoved) store.transaction(() => store.chats.learn({ chat: 'whatsapp:99@lid', aliases: [number] }))
    isMoved = true
    return false
  }
  tg.faults.next('editMessageReplyMarkup', { error: 500, description: 'Internal Server Error' }, { when })
  await receive(changesTo('a', { kind: 'reaction', emoji: '😂' }, { from: eve }))
  assert.equal(isMoved, true)
  assert.deepEqual(
    [middle.outbox.counts().failed, group.transcript().map(({ text }) => text)],
    [0, ['one', line]],
  )
})
