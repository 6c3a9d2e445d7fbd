import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import type { Fault } from '../simulators/telegram/faults.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { mostTries } from '../telegram/bench.ts'
import { event, family } from './bridge.ts'
import { openMiddle } from './middle.ts'

const ann = 'whatsapp:77@lid'
const fromAnn = (words: string, more: Partial<MessageEvent> = {}): MessageEvent =>
  event(family, words, { sender: { person: ann, me: false }, ...more })

/** The family in a Telegram group, and something that happens while a call for a message with these words is under way. */
const openScene = async (t: TestContext) => {
  const tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const group = tg.addSupergroup({ title: 'WhatsApp', botRights: {}, members: [owner] })
  const store = tempStore()
  store.mappings.add({ whatsapp: family, telegram: `telegram:${group.id}` })
  let middle = openMiddle(store, tg)
  t.after(async () => {
    await middle[Symbol.asyncDispose]()
    store[Symbol.dispose]()
    await tg[Symbol.asyncDispose]()
  })
  await middle.start()
  middle.inbox.learn({ chat: family, kind: 'group', name: 'Family' })
  middle.inbox.learn({ chat: ann, kind: 'person', pushName: 'ann~' })
  return {
    store,
    group,
    middle: () => middle,
    receive: (received: MessageEvent) => middle.inbox.receive([{ event: received }]),
    during(words: string, fault: Fault, work: () => void): void {
      let isDone = false
      tg.faults.next('sendMessage', fault, {
        when: ({ text }) => {
          if (!String(text).includes(words)) return false
          if (!isDone) work()
          isDone = true
          return true
        },
      })
    },
    done: () => tg.until('the outbox to be done', () => middle.outbox.counts().pending === 0),
    async restart(settings: NonNullable<Parameters<typeof openMiddle>[2]>['settings'] = {}): Promise<void> {
      await middle[Symbol.asyncDispose]()
      middle = openMiddle(store, tg, { settings })
      await middle.start()
    },
    /** Sends what is in doubt when the bridge ends. */
    async leave(received: MessageEvent, method: string): Promise<void> {
      tg.faults.next(method, 'reply-lost')
      tg.faults.next(
        'editMessageReplyMarkup',
        { error: 500, description: 'Internal Server Error' },
        { times: mostTries },
      )
      middle.inbox.receive([{ event: received }])
      await tg.until('the message', () => group.transcript().length === 1)
      await middle[Symbol.asyncDispose]()
    },
    tg,
    owner,
    said: () => group.transcript().map(({ text }) => text),
  }
}

test('a message in doubt is recognised when its sender has another name by then', async t => {
  const scene = await openScene(t)
  scene.during('hello', 'reply-lost', () => scene.middle().inbox.learn({ chat: ann, name: 'Ann Smith' }))
  scene.receive(fromAnn('hello'))
  await scene.done()
  scene.receive(fromAnn('again'))
  await scene.done()
  assert.deepEqual(scene.said(), ['ann~\nhello', 'Ann Smith\nagain'])
})

test('it is recognised by the next run of the bridge, too', async t => {
  const scene = await openScene(t)
  scene.tg.faults.next('sendMessage', 'reply-lost')
  scene.tg.faults.next(
    'editMessageReplyMarkup',
    { error: 500, description: 'Internal Server Error' },
    { times: mostTries },
  )
  scene.receive(fromAnn('hello'))
  await scene.tg.until('the message', () => scene.group.transcript().length === 1)
  await scene.middle()[Symbol.asyncDispose]()
  scene.store.chats.learn({ chat: ann, name: 'Ann Smith' })
  await scene.restart()
  await scene.done()
  assert.deepEqual(scene.said(), ['ann~\nhello'])
})

test('a message in doubt is recognised when its chat shows several by then', async t => {
  const scene = await openScene(t)
  const telegram = `telegram:${scene.group.id}` as const
  scene.during('hello', 'reply-lost', () =>
    scene.store.mappings.add({ whatsapp: 'whatsapp:4@g.us', telegram, toTelegramOnly: true }),
  )
  scene.receive(fromAnn('hello'))
  await scene.done()
  assert.deepEqual(scene.said(), ['ann~\nhello'])
})

/** What comes of an answer where the question goes, here and in Telegram, while the answer meets a fault. */
const answerInstead = async (t: TestContext, fault: Fault): Promise<string[]> => {
  const scene = await openScene(t)
  const question = fromAnn('question')
  scene.receive(question)
  await scene.done()
  const { id, sender } = question
  scene.during('answer', fault, () => {
    const stored = scene.store.links.find({ chat: family, id })
    const [part] = stored ? scene.store.links.parts(stored.key) : []
    assert.ok(stored && part)
    scene.owner.deletes(scene.group, Number(part.id))
    scene.store.links.drop(stored.key, { chat: `telegram:${scene.group.id}`, id: part.id })
  })
  scene.receive(fromAnn('answer', { replyTo: { id, person: sender.person, excerpt: 'question' } }))
  await scene.done()
  return scene.said()
}

test('an answer in doubt is recognised when what it answers is gone by then', async t => {
  assert.deepEqual(await answerInstead(t, 'reply-lost'), ['ann~\nanswer'])
})

test('an answer of which nothing arrived says what it answers, where that is gone by then', async t => {
  assert.deepEqual(await answerInstead(t, 'reset-before'), ['ann~\nquestion\nanswer'])
})

test('a long text goes on where it stopped, whatever its sender is called by then', async t => {
  const scene = await openScene(t)
  const words = Array.from({ length: 1000 }, (_, index) => `word${index}`)
  const tooMany: Fault = { error: 429, description: 'Too Many Requests: retry after 1', retryAfter: 1 }
  scene.during('word999', tooMany, () =>
    scene.middle().inbox.learn({ chat: ann, name: 'Ann Who Married Into A Family With A Very Long Name' }),
  )
  scene.receive(fromAnn(words.join(' ')))
  await scene.done()
  const said = scene.said().join(' ').split(/\s+/)
  assert.ok(scene.said().length > 1)
  assert.deepEqual(said, ['ann~', ...words])
})

test('a message that was refused goes under the name that its sender has when it is sent', async t => {
  const scene = await openScene(t)
  const tooMany: Fault = { error: 429, description: 'Too Many Requests: retry after 1', retryAfter: 1 }
  scene.during('hello', tooMany, () => scene.middle().inbox.learn({ chat: ann, name: 'Ann Smith' }))
  scene.receive(fromAnn('hello'))
  await scene.done()
  assert.deepEqual(scene.said(), ['Ann Smith\nhello'])
})

test('a file in doubt is recognised when the bridge may not send as big a one any more', async t => {
  const scene = await openScene(t)
  const media = { source: 'film', size: 4, mimeType: 'video/mp4' }
  await scene.leave(
    fromAnn('', { content: { kind: 'media', as: 'video', media, caption: plainText('our cat') } }),
    'sendVideo',
  )
  await scene.restart({ uploadLimit: 3 })
  await scene.done()
  assert.deepEqual(scene.said(), ['ann~\nour cat'])
})
