import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { JoinedContent } from '../../src/bridge/content.ts'
import { joinTexts } from '../../src/bridge/deliver/join.ts'
import type { BridgeEvent, Content } from '../../src/bridge/event.ts'
import { retry, unsure, wait } from '../../src/bridge/verdict.ts'
import { openStore } from '../../src/store/index.ts'
import { renderJoined } from '../../src/telegram/send/joined.ts'
import type { Fault } from '../simulators/telegram/faults.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { family, familyInTelegram, openBridge, waitUntil } from './bridge.ts'
import {
  bob,
  changesTo,
  chat,
  conversation,
  eve,
  narrow,
  noon,
  openJoined,
  says,
  text,
} from './conversation.ts'
import type { Script } from './memory-network.ts'
import { openMiddle } from './middle.ts'

/** Carries what waits when the bridge starts, and then each change; returns the simulated chat with what it shows. */
const carry = async (
  changesAfter: readonly BridgeEvent[] = [],
  {
    fault,
    ...options
  }: {
    fault?: { readonly kind: Fault; readonly call: number }
    deletions?: 'delete' | 'strike' | 'keep'
  } = {},
) => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'Family', botRights: {} })
  using store = tempStore()
  store.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  store.chats.learn({ chat, kind: 'group', name: 'Family' })
  let calls = 0
  if (fault) tg.faults.next('*', fault.kind, { when: () => ++calls === fault.call })
  await using middle = openMiddle(store, tg, { budgets: narrow, ...options })
  for (const event of conversation()) middle.inbox.receive([{ event }])
  await middle.start()
  const isDone = () => middle.outbox.counts().pending === 0
  await waitUntil(isDone)
  for (const change of changesAfter) {
    middle.inbox.receive([{ event: change }])
    await waitUntil(isDone)
  }
  tg.assertNoSurprises()
  assert.equal(middle.outbox.counts().failed, 0)
  const struck = fault === undefined || tg.faults.waiting === 0
  return { seen: group.transcript(), struck }
}

const joined = [
  'Bob · 5 Jan 12:00',
  'Good morning',
  'Is anybody there?',
  '',
  'Eve · 5 Jan 12:01',
  'I am',
  '',
  'Eve · 5 Jan 12:02',
  'Good morning',
  'Fine',
  '',
  'Bob · 5 Jan 12:00',
  'See you',
]

test('more than may go within a minute goes as one message, each text below its sender and time', async () => {
  const { seen } = await carry()
  assert.deepEqual(
    seen.map(({ text: words }) => words?.split('\n')),
    [joined],
  )
  const styled = (type: string) =>
    seen[0]?.entities
      .filter(entity => entity.type === type)
      .map(({ offset, length }) => seen[0]?.text?.slice(offset, offset + length))
  assert.deepEqual(styled('bold'), [
    'Bob · 5 Jan 12:00',
    'there',
    'Eve · 5 Jan 12:01',
    'Eve · 5 Jan 12:02',
    'Bob · 5 Jan 12:00',
  ])
  assert.deepEqual(styled('blockquote'), ['Good morning'])
})

test('an edit and a deletion of one text change that one alone; with the last one the message goes', async () => {
  const edited = changesTo('c', { kind: 'edit', content: text('I am here') }, { from: eve })
  const deleted = (id: string, from: typeof bob | typeof eve = bob) =>
    changesTo(id, { kind: 'deletion', by: 'author' }, { from })
  const lines = (from: number, to: number) => joined.slice(from, to)

  const { seen } = await carry([edited])
  assert.deepEqual(seen[0]?.text?.split('\n'), joined.with(5, 'I am here'))
  const some = await carry([edited, deleted('a'), deleted('d', eve)])
  assert.deepEqual(some.seen[0]?.text?.split('\n'), [
    ...lines(0, 1),
    ...lines(2, 5),
    'I am here',
    '',
    ...lines(11, 13),
  ])
  const strangers = await carry([deleted('a', eve)])
  assert.deepEqual(strangers.seen[0]?.text?.split('\n'), joined, 'not for somebody else')
  const all = await carry([
    ...['a', 'b', 'e'].map(id => deleted(id)),
    ...['c', 'd'].map(id => deleted(id, eve)),
  ])
  assert.deepEqual(all.seen, [])
})

test('a notice among texts is one of them, and what takes its place stands there; what makes a sound goes by itself', async () => {
  const notice = (id: string, label: string, more = {}) =>
    says(id, '', { from: eve, content: { kind: 'placeholder', label }, silent: true, ...more })
  await using opened = await openJoined([
    says('a', 'Good morning'),
    notice('n', 'Has joined the group'),
    notice('m', '📞 Missed voice call'),
    says('b', 'Welcome'),
    notice('c', '📞 Voice call', { silent: false }),
  ])
  const texts = () => opened.group.transcript().map(({ text: words }) => words?.split('\n'))
  const shown = (call: string) => [
    [
      'Bob · 5 Jan 12:00',
      'Good morning',
      '',
      'Eve · 5 Jan 12:00',
      'Has joined the group',
      call,
      '',
      'Bob · 5 Jan 12:00',
      'Welcome',
    ],
    ['Eve', '📞 Voice call'],
  ]
  assert.deepEqual(texts(), shown('📞 Missed voice call'))
  const edit = { kind: 'edit', content: { kind: 'placeholder', label: '📞 Voice call: 3:21' } } as const
  await opened.receive(changesTo('m', edit, { from: eve }))
  assert.deepEqual(texts(), shown('📞 Voice call: 3:21'))
  const italic = opened.group.transcript()[0]?.entities.filter(({ type }) => type === 'italic')
  assert.equal(italic?.length, 2)
})

test('where deletions are struck through, one text of several is', async () => {
  const { seen } = await carry([changesTo('e', { kind: 'deletion', by: 'author' })], { deletions: 'strike' })
  assert.deepEqual(seen[0]?.text?.split('\n'), joined.with(-1, '🗑 See you'))
  const struck = seen[0]?.entities.find(({ type }) => type === 'strikethrough')
  assert.equal(seen[0]?.text?.slice(struck?.offset), 'See you')
  const kept = await carry([changesTo('e', { kind: 'deletion', by: 'author' })], { deletions: 'keep' })
  assert.deepEqual(kept.seen[0]?.text?.split('\n'), joined)
})

test('a text that vanishes by itself leaves the others', async () => {
  const { seen } = await carry([changesTo('b', { kind: 'deletion', by: 'time' })], { deletions: 'strike' })
  assert.deepEqual(seen[0]?.text?.split('\n'), joined.toSpliced(2, 1))
})

test('a reaction to one text is a note that quotes it, and goes with the reaction', async () => {
  const reaction = (emoji: string) => changesTo('c', { kind: 'reaction', emoji }, { from: bob })
  const { seen } = await carry([reaction('👍')])
  const [whole, note] = seen
  assert.deepEqual(whole?.reactions, [])
  assert.deepEqual([note?.text, note?.replyTo, note?.quote], ['👍 Bob', whole?.id, 'I am'])
  assert.equal((await carry([reaction('👍'), reaction('')])).seen.length, 1)
})

test('an answer to one text quotes its words', async () => {
  const { seen } = await carry([says('f', 'Me too', { replyTo: { id: 'b', person: bob } })])
  const [whole, answer] = seen
  assert.deepEqual([answer?.replyTo, answer?.quote], [whole?.id, 'Is anybody there?'])
})

test('an answer from Telegram is for the text that it quotes, and else for the last one', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'Family', botRights: {} })
  using store = tempStore()
  store.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  await using middle = openMiddle(store, tg, { budgets: narrow })
  for (const event of conversation()) middle.inbox.receive([{ event }])
  await middle.start()
  await waitUntil(() => middle.outbox.counts().pending === 0)
  const [whole] = group.transcript()
  const here = {
    chat: `telegram:${group.id}` as const,
    sender: { person: 'telegram:7001' as const, me: true },
  }
  const id = String(whole?.id)
  middle.inbox.receive([
    { event: { ...says('900', 'Yes', { replyTo: { id, quote: 'anybody' } }), ...here } },
    { event: { ...says('901', 'Bye', { replyTo: { id } }), ...here } },
    { event: { ...changesTo(id, { kind: 'reaction', emoji: '👍' }), ...here } },
  ])
  await waitUntil(() => middle.whatsapp.changes.length === 1)
  assert.deepEqual(
    middle.whatsapp.attempts.map(({ replyTo }) => replyTo?.id),
    ['b', 'e'],
  )
  assert.deepEqual(
    middle.whatsapp.changes[0]?.changed.parts.map(({ id }) => id),
    ['e'],
  )
})

/** How many of these the leading ones are that go together, and the lines above them. */
const together = (...events: BridgeEvent[]) => {
  using store = tempStore()
  store.chats.learn({ chat, kind: 'group', name: 'Family' })
  store.chats.learn({ chat: bob, name: 'Bob' })
  const jobs = events.map((event, id) => ({
    id,
    target: 'telegram:-1001/5' as const,
    event: JSON.stringify(event),
  }))
  const result = joinTexts(jobs, { store, now: noon + 3_600_000 })
  const none: JoinedContent = { kind: 'joined', items: [] }
  const content: JoinedContent = result ? JSON.parse(result.event).content : none
  return { count: result?.count ?? 0, lines: content.items.map(({ line }) => line), content }
}

test('the time of today stands alone, that of another day with its date', () => {
  const { lines } = together(says('a', 'x'), says('b', 'y', { minute: -24 * 60 }))
  assert.deepEqual(lines, ['Bob · 12:00', 'Bob · 4 Jan 12:00'])
})

test('a run ends with what has to stand alone', () => {
  const two = [says('a', 'one'), says('b', 'two')]
  const alone: BridgeEvent[] = [
    says('c', 'x'.repeat(501)),
    says('c', '', { content: { kind: 'placeholder', label: 'Poll' } }),
    says('c', 'an answer without words', { replyTo: { id: 'a' } }),
    says('c', 'Waiting', { pending: true }),
    changesTo('a', { kind: 'edit', content: text('ONE') }),
    { ...says('c', 'from Telegram'), chat: 'telegram:7001' },
  ]
  for (const event of alone)
    assert.equal(together(...two, event, says('d', 'three')).count, 2, JSON.stringify(event))
  assert.equal(together(alone[0] ?? assert.fail(), ...two).count, 0, 'and goes first when it is first')
  const long = Array.from({ length: 20 }, (_, index) => says(`l${index}`, 'y'.repeat(400)))
  assert.equal(together(...long).count, 6)
  const spans = Array.from({ length: 30 }, (_, start) => ({ start, length: 1, style: 'bold' as const }))
  const marked = (id: string) =>
    says(id, '', { content: { kind: 'text', body: { text: 'z'.repeat(60), spans } } })
  assert.equal(together(says('a', 'x'), marked('b'), marked('c')).count, 2, 'Telegram keeps a hundred marks')
})

test('what is joined fits into one message, with all that stands above each text', () => {
  const forwardedFrom = 'A channel with a long name '.repeat(4)
  const many = Array.from({ length: 30 }, (_, n) =>
    says(`m${n}`, 'x'.repeat(120), {
      minute: n,
      forwarded: 'often',
      forwardedFrom,
      replyTo: { id: 'X', excerpt: 'so?' },
    }),
  )
  const { content } = together(...many)
  assert.ok(content.items.length > 5)
  assert.ok(renderJoined(content).text.length <= 4096, `${renderJoined(content).text.length}`)
})

const faults: readonly Fault[] = [
  'reply-lost',
  'reset-before',
  { error: 429, description: 'Too Many Requests: retry after 1', retryAfter: 1 },
  { error: 500, description: 'Internal Server Error: restart', done: true },
]

test('a fault at any call changes nothing of what is seen in the end', async () => {
  const happenings = () => [
    changesTo('c', { kind: 'edit', content: text('I am here') }, { from: eve }),
    changesTo('c', { kind: 'reaction', emoji: '👍' }),
    changesTo('a', { kind: 'deletion', by: 'author' as const }),
  ]
  const plain = ({ seen }: Awaited<ReturnType<typeof carry>>) =>
    seen.map(({ text: words, quote, reactions, buttons }) => ({ words, quote, reactions, buttons }))
  const expected = await carry(happenings())
  assert.equal(expected.seen.length, 2)
  for (const kind of faults) {
    for (let call = 1; ; call += 1) {
      const result = await carry(happenings(), { fault: { kind, call } })
      if (!result.struck) break
      assert.deepEqual(plain(result), plain(expected), `${JSON.stringify(kind)} at call ${call}`)
    }
  }
})

const scripts: Record<string, Script> = {
  retry: async () => {
    throw retry('down')
  },
  wait: async () => {
    throw wait(3, 'slow down')
  },
  'unsure, arrived': async (delivery, show) => {
    if (delivery.sent.length > 0) return
    show()
    throw unsure('time-out')
  },
  'unsure, lost': async () => {
    throw unsure('time-out')
  },
}

test('whatever is joined, tried again, edited or deleted, every text stands there once, in order, as it is now', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('short', 'short', 'short', 'long', 'place'), { minLength: 1, maxLength: 40 }),
      fc.array(fc.constantFrom('ok', ...Object.keys(scripts)), { maxLength: 15 }),
      fc.array(fc.record({ of: fc.nat(39), kind: fc.constantFrom('edit', 'deletion') }), { maxLength: 10 }),
      async (kinds, fates, later) => {
        await using bridge = openBridge({ budgets: narrow })
        bridge.telegram.scripts.push(
          ...fates.map(
            (fate): Script =>
              scripts[fate] ??
              (async delivery => {
                if (delivery.sent.length === 0) delivery.onSent({ id: bridge.telegram.show(delivery) })
              }),
          ),
        )
        const events = kinds.map((kind, index) => {
          const words = kind === 'long' ? `${index} ${'long '.repeat(200)}`.trim() : `${index}`
          const content: Content = kind === 'place' ? { kind: 'placeholder', label: words } : text(words)
          return { ...says(`m${index}`, ''), chat: family, content }
        })
        bridge.receive(...events)
        bridge.worker.start()
        await waitUntil(bridge.isDone)
        assert.deepEqual(
          flat(bridge),
          kinds.map((kind, index) => first(kind, index)),
        )

        const now = new Map(events.map((_, index) => [index, first(kinds[index] ?? '', index)]))
        for (const { of, kind } of later) {
          if (!now.has(of) || kinds[of] === 'place') continue
          const words = `${now.get(of)}!`
          if (kind === 'edit') now.set(of, words)
          else now.delete(of)
          bridge.receive({
            ...changesTo(`m${of}`, kind === 'edit' ? { kind, content: text(words) } : { kind, by: 'author' }),
            chat: family,
          })
        }
        await waitUntil(bridge.isDone)
        assert.deepEqual(flat(bridge), [...now.values()])
      },
    ),
    { numRuns: 40 },
  )
})

const first = (kind: string, index: number): string =>
  kind === 'long' ? `${index} ${'long '.repeat(200)}`.trim() : `${index}`

const flat = (bridge: ReturnType<typeof openBridge>): string[] =>
  bridge.telegram.shown
    .filter(({ chat: place }) => place === familyInTelegram)
    .flatMap(({ text: words }) => words.split('\n'))

test('a kill between joining and sending, or between sending and recording, leaves each text once', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'Family', botRights: {} })
  using temp = tempStore()
  temp.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  {
    using store = openStore(temp.database.path)
    await using middle = openMiddle(store, tg, { budgets: narrow })
    for (const event of conversation()) middle.inbox.receive([{ event }])
    // The first attempt is stopped with its answer still to come.
    tg.faults.next('sendMessage', { delayMs: 300 })
    await middle.start()
    await waitUntil(() => tg.callsOf('sendMessage').length === 1)
  }
  // This bench gives the server no time of grace (`graceMs: () => 0`): it has done its work before the next start.
  await waitUntil(() => group.transcript().length === 1)
  for (const event of [says('f', 'one more'), says('g', 'and one')]) {
    using store = openStore(temp.database.path)
    await using middle = openMiddle(store, tg, { budgets: narrow })
    middle.inbox.receive([{ event }])
    await middle.start()
    await waitUntil(() => middle.outbox.counts().pending === 0)
  }
  const bodies = group.transcript().flatMap(({ text: words }) => words?.split('\n') ?? [])
  for (const words of ['Good morning', 'I am', 'See you', 'one more', 'and one'])
    assert.equal(bodies.filter(line => line === words).length, words === 'Good morning' ? 2 : 1, words)
})
