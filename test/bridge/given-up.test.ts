import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Content, MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { waitUntil } from './bridge.ts'
import { changesTo, chat, says, text } from './conversation.ts'
import { carried, openGroup, receive } from './family.ts'
import { openMiddle } from './middle.ts'

const photo: Content = { kind: 'media', as: 'image', media: { source: 'photo' }, caption: plainText('') }
const kinds: readonly (readonly [string, string, Partial<MessageEvent>])[] = [
  ['a text', 'sendMessage', {}],
  ['a photo without words', 'sendPhoto', { content: photo }],
]

/** A group with a first message in it. */
const open = async () => {
  const stack = new AsyncDisposableStack()
  const tg = stack.use(await startTelegramSimulator())
  const group = tg.addSupergroup({ title: 'Family', botRights: {} })
  const store = stack.use(tempStore())
  store.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  store.chats.learn({ chat, kind: 'group', name: 'Family' })
  const start = async () => {
    const middle = openMiddle(store, tg)
    middle.whatsapp.files = () => Readable.from([jpeg(100, 100)])
    await middle.start()
    return middle
  }
  let middle = await start()
  stack.defer(() => middle[Symbol.asyncDispose]())
  const receive = async (received: MessageEvent): Promise<void> => {
    middle.inbox.receive([{ event: received }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
  }
  await receive(says('a', 'hello'))
  return {
    tg,
    group,
    receive,
    /** It arrives, its answer is lost, and no question about it is answered. */
    async givesUp(received: MessageEvent, method: string): Promise<void> {
      tg.faults.next(method, 'reply-lost')
      const odd = { error: 400, description: 'Bad Request: ODD' }
      tg.faults.next('editMessageReplyMarkup', odd, { times: 5000 })
      await receive(received)
      tg.faults.clear()
    },
    /** The server refuses it with words that leave open whether it arrived. */
    async inDoubt(received: MessageEvent, method: string): Promise<void> {
      tg.faults.next(method, { error: 500, description: 'Internal Server Error' })
      await receive(received)
    },
    async restart(): Promise<void> {
      await middle[Symbol.asyncDispose]()
      middle = await start()
    },
    failed: () => middle.outbox.counts().failed,
    forget: () => middle.outbox.dropFailed(Number.MAX_SAFE_INTEGER, 100),
    /** Under which id a message stands in the group, as far as the bridge knows. */
    idOf: (id: string) =>
      store.links
        .standIns(store.links.find({ chat, id })?.key ?? 0, `telegram:${group.id}`)
        .map(each => Number(each.id)),
    shown: () => group.transcript().map(each => each.id),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

for (const [what, method, more] of kinds) {
  test(`${what} in doubt is not taken for an earlier one that says the same, and was given up`, async () => {
    await using scene = await open()
    await scene.givesUp(says('k1', 'ok', more), method)
    assert.deepEqual([scene.failed(), scene.shown().length], [1, 2])
    await scene.restart()
    await scene.inDoubt(says('k2', 'ok', more), method)
    assert.deepEqual([scene.failed(), scene.idOf('k2')], [2, []])
  })
}

test('it is sent again where nothing stands there that says the same', async () => {
  await using scene = await open()
  await scene.givesUp(says('k1', 'ok'), 'sendMessage')
  await scene.inDoubt(says('k2', 'well'), 'sendMessage')
  assert.deepEqual([scene.failed(), scene.idOf('k2')], [1, scene.shown().slice(2)])
})

test('it is found where it stands behind something that has come since the earlier one was given up', async () => {
  await using scene = await open()
  await scene.givesUp(says('k1', 'ok'), 'sendMessage')
  await scene.receive(says('b', 'well'))
  scene.tg.faults.next('sendMessage', 'reply-lost')
  await scene.receive(says('k2', 'ok'))
  assert.deepEqual([scene.failed(), scene.idOf('k2')], [1, scene.shown().slice(3)])
})

test('it is found where the earlier one was refused for certain', async () => {
  await using scene = await open()
  scene.tg.faults.next('sendMessage', { error: 500, description: 'Internal Server Error' })
  scene.tg.faults.next('sendMessage', { error: 400, description: 'Bad Request: TOPIC_CLOSED' })
  await scene.receive(says('k1', 'ok'))
  assert.deepEqual([scene.failed(), scene.shown().length], [1, 1])
  scene.tg.faults.next('sendMessage', 'reply-lost')
  await scene.receive(says('k2', 'ok'))
  assert.deepEqual([scene.failed(), scene.idOf('k2')], [1, scene.shown().slice(1)])
})

test('it is found where the row of the earlier one is gone', async () => {
  await using scene = await open()
  await scene.givesUp(says('k1', 'ok'), 'sendMessage')
  scene.forget()
  scene.tg.faults.next('sendMessage', 'reply-lost')
  await scene.receive(says('k2', 'ok'))
  assert.deepEqual([scene.failed(), scene.idOf('k2').length], [0, 1])
})

for (const [what, method, ids, change] of [
  ['the deletion of a text', 'sendMessage', ['M'], { kind: 'deletion', by: 'author' }],
  ['the edit of a picture', 'sendMediaGroup', ['M', 'N'], { kind: 'edit', content: text('well') }],
] as const)
  test(`${what} that was given up and may have arrived is told`, async () => {
    await using group = await openGroup()
    const { tg, store } = group
    const home = tg.addPrivateChat(tg.addUser({ id: 7001, first_name: 'Olga' }))
    await using middle = group.open({ ownerChat: () => `telegram:${home.id}` })
    middle.whatsapp.files = () => Readable.from([jpeg(100, 100)])
    await middle.start()
    tg.faults.next(method, 'reply-lost')
    const odd = { error: 400, description: 'Bad Request: ODD' }
    tg.faults.next('editMessageReplyMarkup', odd, { times: 5000 })
    const more = method === 'sendMessage' ? {} : { content: photo, album: { id: 'A' } }
    for (const id of ids) middle.inbox.receive([{ event: says(id, 'ok', more) }])
    await carried(middle)
    tg.faults.clear()
    const told = () => home.transcript().map(({ text: words }) => words)
    assert.match(told().join(), /It may have arrived or not/)
    // An hour later.
    store.chats.takeBackNotice(chat, 0)
    await receive(middle, changesTo('M', change))
    const inPart = change.kind === 'edit' ? ' as it should be' : ''
    assert.deepEqual(told().slice(1), [
      `A change of a message from Family could not be shown in Telegram${inPart}: It may stand there as it was, or not: I could not find out whether it arrived. It is on your phone; wa2tg status counts such messages`,
    ])
    assert.deepEqual(middle.outbox.counts(), { pending: 0, failed: 2 })
  })
