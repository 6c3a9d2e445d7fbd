import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BridgeEvent, ChangeEvent, Content, MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { event, family, familyInTelegram, openBridge, waitUntil } from './bridge.ts'
import { changesTo, narrow, says, text } from './conversation.ts'
import { openGroup } from './family.ts'

const edit = (of: MessageEvent, content: string | Content, number: number): ChangeEvent => ({
  version: 1,
  kind: 'edit',
  chat: of.chat,
  id: `${of.id}-${number}`,
  sender: of.sender,
  sentAt: of.sentAt + number,
  target: { id: of.id },
  content: typeof content === 'string' ? text(content) : content,
})
const idsOf = (changes: readonly { readonly event: BridgeEvent }[]) => changes.map(each => each.event.id)

test('of a hundred edits of one text that wait the last is shown, and what comes behind them waits for one', async () => {
  await using opened = await openGroup()
  await using middle = opened.open({ budgets: narrow })
  const edits = Array.from({ length: 100 }, (_, index) =>
    changesTo('a', { kind: 'edit', content: text(`word ${index}`) }, { minute: index }),
  )
  await middle.start()
  middle.inbox.receive([{ event: says('a', 'one') }])
  await waitUntil(() => opened.seen().length === 1)
  await waitUntil(() => middle.outbox.counts().pending === 0)
  middle.inbox.receive([...edits, says('b', 'two')].map(each => ({ event: each })))
  await waitUntil(() => middle.outbox.counts().pending === 0)
  assert.deepEqual(opened.seen(), ['Bob\nword 99', 'Bob\ntwo'])
  assert.equal(opened.tg.callsOf('editMessageText').length, 1)
})

for (const fault of ['reply-lost', { error: 502, description: 'Bad Gateway' }] as const)
  test(`an edit that is in doubt when others come is settled, and of those the last is shown (${JSON.stringify(fault)})`, async () => {
    await using opened = await openGroup()
    await using middle = opened.open()
    await middle.start()
    const edits = ['two', 'three', 'four'].map((words, index) => ({
      event: changesTo('a', { kind: 'edit', content: text(words) }, { minute: index }),
    }))
    middle.inbox.receive([{ event: says('a', 'one') }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
    opened.tg.faults.next('editMessageText', fault)
    middle.inbox.receive(edits.slice(0, 1))
    await waitUntil(() => opened.tg.faults.waiting === 0)
    middle.inbox.receive(edits.slice(1))
    await waitUntil(() => middle.outbox.counts().pending === 0)
    assert.deepEqual(opened.seen(), ['Bob\nfour'])
    const said = opened.tg.callsOf('editMessageText').map(({ params }) => params['text'])
    assert.deepEqual([...new Set(said)], ['Bob\ntwo', 'Bob\nfour'])
  })

test('edits of several messages, and of the words beside a new file, do not stand for each other', async () => {
  await using bridge = openBridge()
  const [first, second] = [event(family, 'one'), event(family, 'another')]
  const file: Content = { kind: 'media', as: 'image', media: { source: 'x' }, caption: plainText('new file') }
  const edits = [
    edit(first, 'two', 2),
    edit(second, 'another two', 2),
    edit(first, file, 3),
    edit(first, 'beside it', 4),
    edit(first, 'beside it now', 5),
  ]
  bridge.receive(first, second, ...edits)
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  assert.deepEqual(idsOf(bridge.telegram.changes), [
    `${first.id}-2`,
    `${second.id}-2`,
    `${first.id}-3`,
    `${first.id}-5`,
  ])
})

test('towards WhatsApp each edit goes, for the next one may come too late for it', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const message = event(familyInTelegram, 'one', { sender: { person: 'telegram:11', me: true } })
  bridge.receive(message)
  await waitUntil(bridge.isDone)
  bridge.receive(edit(message, 'two', 2), edit(message, 'three', 3))
  await waitUntil(bridge.isDone)
  assert.deepEqual(idsOf(bridge.whatsapp.changes), [`${message.id}-2`, `${message.id}-3`])
})
