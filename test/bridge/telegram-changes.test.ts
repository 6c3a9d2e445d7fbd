import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { BridgeEvent, ChangeEvent, Content, MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { retry } from '../../src/bridge/verdict.ts'
import { openStore } from '../../src/store/index.ts'
import type { Fault } from '../simulators/telegram/faults.ts'
import { jpeg, ogg } from '../simulators/telegram/helpers.ts'
import { type SimChat, startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

const chat = 'whatsapp:3@g.us'
const [bob, eve] = ['whatsapp:77@lid', 'whatsapp:78@lid'] as const
const long = Array.from({ length: 900 }, (_, n) => `word${n}`).join(' ')
const text = (words: string): Content => ({ kind: 'text', body: plainText(words) })
const picture = (source: string, caption = ''): Content => ({
  kind: 'media',
  as: 'image',
  media: { source },
  caption: plainText(caption),
})

let at = 1_700_000_000_000
type From = { readonly from?: typeof bob | typeof eve }
const head = (id: string, { from = bob }: From) => ({
  version: 1 as const,
  chat: chat as MessageEvent['chat'],
  id,
  sender: { person: from, name: from === bob ? 'Bob' : 'Eve', me: false },
  sentAt: at++,
})
const says = (id: string, content: Content, more: Partial<MessageEvent> & From = {}): MessageEvent => {
  const { from, ...rest } = more
  return { ...head(id, from ? { from } : {}), kind: 'message', content, ...rest }
}
let changes = 0
type What = ChangeEvent extends infer E
  ? E extends ChangeEvent
    ? Omit<E, keyof ReturnType<typeof head> | 'target'>
    : never
  : never
const changesTo = (id: string, what: What, who: From = {}): ChangeEvent =>
  ({ ...head(`C${++changes}`, who), target: { id }, ...what }) as ChangeEvent

/** A conversation with everything that can happen to a message. */
const conversation = (): BridgeEvent[] => [
  says('t', text('Hello')),
  changesTo('t', { kind: 'edit', content: text(long) }),
  changesTo('t', { kind: 'reaction', emoji: '👍' }),
  changesTo('t', { kind: 'reaction', emoji: '😂' }, { from: eve }),
  says('w', { kind: 'placeholder', label: 'Waiting' }, { pending: true }),
  says('p', { kind: 'poll', question: 'Where?', options: ['Here', 'There'], choices: 1 }),
  changesTo('p', { kind: 'vote', choice: [1] }, { from: eve }),
  says('w', text('Read at last')),
  changesTo('t', { kind: 'edit', content: text('Hello again') }),
  says('a', { kind: 'album', items: [], expected: 3 }, { album: { id: 'a' } }),
  says('a1', picture('1', 'first'), { album: { id: 'a' } }),
  says('a2', picture('2'), { album: { id: 'a' } }),
  says('a3', picture('3'), { album: { id: 'a' } }),
  changesTo('a2', { kind: 'edit', content: text('second') }),
  changesTo('a3', { kind: 'reaction', emoji: '🔥' }, { from: eve }),
  changesTo('a1', { kind: 'deletion', by: 'author' }),
  changesTo('t', { kind: 'pin', pinned: true }),
  says('x', text(long)),
  changesTo('x', { kind: 'deletion', by: 'author' }),
  changesTo('p', { kind: 'vote', choice: [0] }),
  says('v', { kind: 'media', as: 'voice', media: { source: 'voice' }, caption: plainText('') }),
  says('end', text('The end'), { replyTo: { id: 'a2' } }),
]

/** What a person sees, with positions in the place of ids. */
const look = (group: SimChat) => {
  const seen = group.transcript()
  const positions = new Map(seen.map(({ id }, index) => [id, index]))
  return seen.map(({ kind, text: words, replyTo, reactions, buttons, mediaGroup }) => ({
    kind,
    words,
    replyTo: replyTo === undefined ? undefined : positions.get(replyTo),
    reactions: reactions.map(({ emoji }) => emoji),
    buttons,
    grouped: mediaGroup !== undefined,
  }))
}

/** Carries the conversation, with one fault at the call whose turn it is. */
const carry = async (fault?: { readonly kind: Fault; readonly call: number }) => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'Family' })
  using temp = tempStore()
  temp.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  let calls = 0
  if (fault) tg.faults.next('*', fault.kind, { when: () => ++calls === fault.call })
  {
    using store = openStore(temp.database.path)
    await using middle = openMiddle(store, tg)
    middle.whatsapp.files = ({ source }) =>
      Readable.from([source === 'voice' ? ogg() : jpeg(100 + Number(source), 100)])
    await middle.start()
    for (const event of conversation()) {
      middle.inbox.receive([{ event }])
      const pending = event.kind === 'message' && event.album ? 1 : 0
      await waitUntil(() => middle.outbox.counts().pending <= pending)
    }
    await waitUntil(() => middle.outbox.counts().pending === 0)
    assert.equal(middle.outbox.counts().failed, 0)
  }
  tg.assertNoSurprises()
  const struck = fault === undefined || tg.faults.waiting === 0
  return { seen: look(group), calls: tg.calls.length, struck }
}

test('a conversation in which everything happens looks as it should', async () => {
  const { seen } = await carry()
  assert.deepEqual(seen, [
    {
      kind: 'text',
      words: 'Bob\nHello again',
      replyTo: undefined,
      reactions: [],
      buttons: [],
      grouped: false,
    },
    {
      kind: 'text',
      words: '👍 Bob · 😂 Eve',
      replyTo: 0,
      reactions: [],
      buttons: [],
      grouped: false,
    },
    {
      kind: 'text',
      words: 'Bob\nRead at last',
      replyTo: undefined,
      reactions: [],
      buttons: [],
      grouped: false,
    },
    {
      kind: 'text',
      words: 'Bob\n📊 Where?\n▪️ Here · 1 · Bob\n▪️ There · 1 · Eve\nChoose one · 2 voted',
      replyTo: undefined,
      reactions: [],
      buttons: [['Here'], ['There']],
      grouped: false,
    },
    { kind: 'photo', words: 'Bob\nsecond', replyTo: undefined, reactions: [], buttons: [], grouped: true },
    { kind: 'photo', words: '', replyTo: undefined, reactions: [], buttons: [], grouped: true },
    { kind: 'text', words: '🔥 Eve', replyTo: 5, reactions: [], buttons: [], grouped: false },
    { kind: 'text', words: '📌 Bob pinned this', replyTo: 0, reactions: [], buttons: [], grouped: false },
    { kind: 'voice', words: 'Bob', replyTo: undefined, reactions: [], buttons: [], grouped: false },
    { kind: 'text', words: 'Bob\nThe end', replyTo: 4, reactions: [], buttons: [], grouped: false },
  ])
})

const faults: readonly (readonly [string, Fault])[] = [
  ['is lost', 'reply-lost'],
  ['never comes, for nothing was done', 'reset-before'],
]

for (const [name, kind] of faults) {
  test(`it looks the same whichever call’s answer ${name}`, async () => {
    const { seen } = await carry()
    let call = 1
    for (; ; call++) {
      const again = await carry({ kind, call })
      if (!again.struck) break
      assert.deepEqual(again.seen, seen, `call ${call}`)
    }
    assert.ok(call > 25, `${call} calls`)
  })
}

test('a picture of an album that cannot be had leaves words that can be edited, and changes of the others find them', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'Family' })
  using temp = tempStore()
  temp.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  using store = openStore(temp.database.path)
  await using middle = openMiddle(store, tg)
  middle.whatsapp.files = ({ source }) => {
    if (source === '2') throw retry('The download was cut off')
    return Readable.from([jpeg(100 + Number(source), 100)])
  }
  await middle.start()
  const events = [
    says('b', { kind: 'album', items: [], expected: 3 }, { album: { id: 'b' } }),
    ...['1', '2', '3'].map(n => says(`b${n}`, picture(n, `picture ${n}`), { album: { id: 'b' } })),
    changesTo('b3', { kind: 'edit', content: text('the third') }),
    changesTo('b2', { kind: 'reaction', emoji: '👍' }),
    changesTo('b1', { kind: 'deletion', by: 'author' }),
    changesTo('b2', { kind: 'edit', content: text('the second') }),
  ]
  for (const event of events) middle.inbox.receive([{ event }])
  await waitUntil(() => middle.outbox.counts().pending === 0)
  assert.deepEqual(
    look(group).map(({ kind, words, reactions }) => [kind, words, reactions]),
    [
      ['text', '[Photo could not be carried over]\nthe second', ['👍']],
      ['photo', 'the third', []],
    ],
  )
  assert.equal(middle.outbox.counts().failed, 0)
  // Nothing was tried for as long as the file kept failing, but for the album as a whole.
  assert.equal(tg.callsOf('sendMediaGroup').filter(({ response }) => response !== undefined).length, 0)
})
