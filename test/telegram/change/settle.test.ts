import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import type { Change, Settled } from '../../../src/bridge/network.ts'
import type { Fault } from '../../simulators/telegram/index.ts'
import { Bench, change, delivery, failureOf, ownMessage, Standing, sendFor, text } from '../bench.ts'

const words = Array.from({ length: 1000 }, (_, n) => `word${n}`).join(' ')
const poll = { kind: 'poll', question: 'Where?', options: ['Pizza', 'Noodles'], choices: 1 } as const
const bob = { person: 'whatsapp:1@s.whatsapp.net', name: 'Bob', me: false } as const
const eve = { person: 'whatsapp:2@s.whatsapp.net', name: 'Eve', me: false } as const

interface Case {
  readonly what: string
  readonly begin: (bench: Bench, chat: ChatRef) => Promise<Standing>
  readonly change: Parameters<typeof change>[1]
  /** What changes between the attempt in doubt and the search for it. */
  readonly meanwhile?: (shown: Standing) => void
  readonly expect: readonly string[]
  /** It is a line kept up to date: what it said when it went is not what it says now. */
  readonly isNote?: true
}

const typed = async (bench: Bench, chat: ChatRef): Promise<Standing> => {
  const group = bench.groups.find(({ id }) => chat === `telegram:${id}`) ?? bench.home
  return new Standing([ownMessage(bench.owner.sends(group, 'typed').message_id)])
}

const cases: readonly Case[] = [
  {
    what: 'the second part of a text that grew',
    begin: (bench, chat) => sendFor(bench, { chat, content: text('short') }),
    change: { kind: 'edit', content: text(words) },
    expect: [words],
  },
  {
    what: "the remark under the owner's own words",
    begin: typed,
    change: { kind: 'edit', content: text('edited') },
    expect: ['typed ✏️ edited'],
  },
  {
    what: 'the line of reactions',
    async begin(bench, chat) {
      const shown = await sendFor(bench, { chat, content: text('Hello') })
      shown.reactions = [
        { ...bob, emoji: '👍' },
        { ...eve, emoji: '😂' },
      ]
      return shown
    },
    change: { kind: 'reaction', emoji: '😂' },
    meanwhile: shown =>
      shown.reactions.push({ ...bob, person: 'whatsapp:3@s.whatsapp.net', name: 'Al', emoji: '❤' }),
    expect: ['Hello 👍 Bob · 😂 Eve · ❤ Al'],
    isNote: true,
  },
  {
    what: "the tally under the owner's poll",
    async begin(bench, chat) {
      const shown = await typed(bench, chat)
      shown.content = { ...poll, options: [...poll.options] }
      shown.votes = [{ ...bob, choice: [0] }]
      return shown
    },
    change: { kind: 'vote', choice: [0] },
    meanwhile: shown => shown.votes.push({ ...eve, choice: [1] }),
    expect: ['typed 📊 Where?\n▪️ Pizza · 1 · Bob\n▪️ Noodles · 1 · Eve\nChoose one · 2 voted'],
    isNote: true,
  },
  {
    what: 'the remark that a message was pinned',
    begin: (bench, chat) => sendFor(bench, { chat, content: text('Hello') }),
    change: { kind: 'pin', pinned: true },
    expect: ['Hello 📌 Pinned'],
  },
  {
    what: "the remark that the owner's own words were deleted",
    begin: typed,
    change: { kind: 'deletion', by: 'author' },
    expect: ['typed 🗑 This message was deleted'],
  },
]

/** As the bridge does it: what is in doubt is settled, then the change is carried out. */
const attempt = async (bench: Bench, doubtful: Change): Promise<Settled> => {
  assert.ok(bench.network.settle)
  const arrived = await bench.network.settle(doubtful)
  await bench.network.change(doubtful)
  return arrived
}

const faults: readonly (readonly [string, Fault, boolean])[] = [
  ['lost', 'reply-lost', true],
  ['never sent', 'reset-before', false],
  ['a 500 after the fact', { error: 500, description: 'Internal Server Error: restart', done: true }, true],
  ['a 500 instead of it', { error: 500, description: 'Internal Server Error: restart' }, false],
]

const ways = [
  ['as it went out', true],
  ['behind a backup, by what the change would send', false],
] as const

for (const each of cases) {
  for (const [name, fault, arrives, way, isKept] of faults.flatMap(one =>
    ways.map(other => [...one, ...other] as const),
  )) {
    test(`${each.what} is there once, when its answer is ${name} and it is looked for ${way}`, async () => {
      await using bench = await Bench.open()
      const group = bench.addGroup()
      const chat = `telegram:${group.id}` as const
      const shown = await each.begin(bench, chat)
      const mark = bench.network.mark?.(chat) ?? ''
      const again = () => change(chat, each.change, shown, { mark, ...(!isKept && { restored: true }) })
      bench.tg.faults.next('sendMessage', fault)
      assert.equal((await failureOf(bench.network.change(again()))).verdict.kind, 'unsure')
      if (!isKept) delete shown.sending
      each.meanwhile?.(shown)
      await bench.restart()
      if (each.isNote && arrives && !isKept) {
        // There are many such lines, and nobody knows what each stands under.
        const stood = group.transcript().map(seen => seen.text)
        assert.equal((await failureOf(attempt(bench, again()))).neverKnown, true)
        assert.deepEqual(
          group.transcript().map(seen => seen.text),
          stood,
        )
        assert.deepEqual(shown.notes, {})
        return
      }
      assert.equal(await attempt(bench, again()), arrives)
      const once = group.transcript().map(seen => seen.text)
      assert.deepEqual([once.join(' ')], each.expect)
      assert.deepEqual(
        group.transcript().map(({ id }) => String(id)),
        shown.ids,
      )
      // Carried out once more, it changes nothing.
      await attempt(bench, again())
      assert.deepEqual(
        group.transcript().map(seen => seen.text),
        once,
      )
      if (shown.notes.tally) assert.deepEqual(group.transcript().at(-1)?.buttons, [['Pizza'], ['Noodles']])
      bench.tg.assertNoSurprises()
    })
  }
}

for (const [name, fault, arrives] of faults) {
  test(`a line of reactions goes when all but one of them were taken back while it was in doubt (${name})`, async () => {
    await using bench = await Bench.open()
    const group = bench.addGroup()
    const chat = `telegram:${group.id}` as const
    const shown = await sendFor(bench, { chat, content: text('Hello') })
    shown.reactions = [
      { ...bob, emoji: '👍' },
      { ...eve, emoji: '😂' },
    ]
    const mark = bench.network.mark?.(chat) ?? ''
    const again = () => change(chat, { kind: 'reaction', emoji: '😂' }, shown, { mark })
    bench.tg.faults.next('sendMessage', fault)
    assert.equal((await failureOf(bench.network.change(again()))).verdict.kind, 'unsure')
    assert.equal(group.transcript().length, arrives ? 2 : 1)
    // Reads like such a line, and is none.
    await bench.network.send(delivery({ chat, content: text('👍 Bob') }))
    shown.reactions.pop()
    await bench.restart()
    await attempt(bench, again())
    assert.deepEqual(
      group.transcript().map(seen => [seen.text, ...seen.reactions.map(({ emoji }) => emoji)]),
      [['Hello', '👍'], ['👍 Bob']],
    )
    bench.tg.assertNoSurprises()
  })
}

test('a line of reactions is known as one behind a backup, whatever emoji it begins with', async () => {
  await using bench = await Bench.open()
  for (const emoji of ['❤', '❤️', '🫠', '👍🏽', '🤷🏽‍♀️', '👩‍❤️‍💋‍👨', '🇩🇪', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '1️⃣', '#️⃣', '©️']) {
    const group = bench.addGroup()
    const chat = `telegram:${group.id}` as const
    const shown = await sendFor(bench, { chat, content: text('Hello') })
    shown.reactions = [
      { ...bob, emoji },
      { ...eve, emoji: '😂' },
    ]
    const mark = bench.network.mark?.(chat) ?? ''
    const again = () => change(chat, { kind: 'reaction', emoji: '😂' }, shown, { mark, restored: true })
    bench.tg.faults.next('sendMessage', 'reply-lost')
    assert.equal((await failureOf(bench.network.change(again()))).verdict.kind, 'unsure')
    delete shown.sending
    await bench.restart()
    assert.equal((await failureOf(attempt(bench, again()))).neverKnown, true, emoji)
  }
})
