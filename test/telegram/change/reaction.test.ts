import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import type { Reaction } from '../../../src/bridge/network.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { nativeReaction, renderReactions } from '../../../src/telegram/change/reaction.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import { botReactions } from '../../simulators/telegram/reactions.ts'
import { Bench, change, delivery, ownMessage, Standing, sendFor, standIns, text } from '../bench.ts'

const by = (name: string, emoji: string): Reaction => ({
  person: `whatsapp:${name}@s.whatsapp.net`,
  name,
  me: name === 'You',
  emoji,
})

const photo = { kind: 'media', as: 'image', caption: plainText('') } as const

const react = (bench: Bench, chat: ChatRef, shown: Standing, ...reactions: Reaction[]) => {
  shown.reactions = reactions
  return bench.network.change(change(chat, { kind: 'reaction', emoji: reactions.at(-1)?.emoji ?? '' }, shown))
}

test('one person’s reaction is the bot’s own, and goes when it is taken back', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  const seen = () => bench.home.transcript()[0]?.reactions.map(({ emoji }) => emoji)
  await react(bench, chat, shown, by('Bob', '👍🏽'))
  assert.deepEqual(seen(), ['👍'])
  await react(bench, chat, shown, by('Bob', '❤️'))
  assert.deepEqual(seen(), ['❤'])
  await react(bench, chat, shown)
  assert.deepEqual(seen(), [])
  assert.deepEqual(shown.notes, {})
  assert.equal(bench.home.transcript().length, 1)
  bench.tg.assertNoSurprises()
})

test('several people’s reactions stand in one silent line below, which is edited and goes again', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  await react(bench, chat, shown, by('Bob', '👍'))
  await react(bench, chat, shown, by('Bob', '👍'), by('Alice', '😂'))
  const [message, note] = bench.home.transcript()
  assert.deepEqual(message?.reactions, [])
  assert.deepEqual([note?.text, note?.replyTo], ['👍 Bob · 😂 Alice', message?.id])
  assert.equal(String(bench.tg.callsOf('sendMessage').at(-1)?.params['disable_notification']), 'true')
  await react(bench, chat, shown, by('Bob', '👍'), by('Alice', '👍'), by('You', '😂'))
  assert.equal(bench.home.transcript()[1]?.text, '👍 Bob, Alice · 😂 You')
  await react(bench, chat, shown, by('Alice', '👍'))
  assert.deepEqual(
    bench.home.transcript().map(seen => [seen.text, seen.reactions.map(({ emoji }) => emoji)]),
    [['Hello', ['👍']]],
  )
  assert.deepEqual(shown.notes, {})
})

test('an emoji that bots may not react with, or that the chat does not allow, stands in the line', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner] })
  const chat = `telegram:${group.id}` as const
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  await react(bench, chat, shown, by('Bob', '🦖'))
  assert.equal(group.transcript()[1]?.text, '🦖 Bob')
  group.state.allowedReactions = new Set(['👍'])
  await react(bench, chat, shown, by('Bob', '🔥'))
  assert.equal(group.transcript()[1]?.text, '🔥 Bob')
  await react(bench, chat, shown, by('Bob', '👍'))
  assert.deepEqual(
    group.transcript().map(seen => [seen.text, seen.reactions.map(({ emoji }) => emoji)]),
    [['Hello', ['👍']]],
  )
})

test('a reaction costs one call, and one more only where the bot’s own has to go', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  const calls = async (...reactions: Reaction[]) => {
    const before = bench.tg.calls.length
    await react(bench, chat, shown, ...reactions)
    return bench.tg.calls.slice(before).map(({ method }) => method)
  }
  const [own, line, edit, gone] = [
    'setMessageReaction',
    'sendMessage',
    'editMessageText',
    'deleteMessage',
  ] as const
  assert.deepEqual(await calls(by('Bob', '🦖')), [line])
  assert.deepEqual(await calls(by('Bob', '🦖'), by('Eve', '👍')), [edit])
  assert.deepEqual(await calls(by('Eve', '👍')), [own, gone])
  assert.deepEqual(await calls(by('Eve', '👍'), by('Bob', '👍')), [own, line])
  assert.deepEqual(await calls(), [gone])
  assert.deepEqual(await calls(by('Eve', '🔥')), [own])
  assert.deepEqual(await calls(), [own])
  assert.deepEqual(await calls(), [])
  assert.deepEqual(bench.home.transcript()[0]?.reactions, [])
})

test('where an attempt is in doubt, the bot’s reaction goes whatever is written down of it', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  const forgotten = [...shown.parts]
  await react(bench, chat, shown, by('Bob', '👍'))
  shown.parts = forgotten
  shown.reactions = [by('Bob', '👍'), by('Eve', '🔥')]
  const mark = bench.network.mark?.(chat) ?? ''
  const doubtful = change(chat, { kind: 'reaction', emoji: '🔥' }, shown, { mark, inDoubt: true })
  if ((await bench.network.settle?.(doubtful)) !== true) await bench.network.change(doubtful)
  assert.deepEqual(
    bench.home.transcript().map(seen => [seen.text, seen.reactions.length]),
    [
      ['Hello', 0],
      ['👍 Bob · 🔥 Eve', 0],
    ],
  )
})

test('the bot’s reaction goes also where nobody wrote down whether it stands, and that is not asked for again', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  await react(bench, chat, shown, by('Bob', '👍'))
  // As an earlier version linked it.
  shown.parts = shown.parts.map(part => ({ ...part, raw: '{"as":"text"}' }))
  await react(bench, chat, shown)
  assert.deepEqual(bench.home.transcript()[0]?.reactions, [])
  const calls = bench.tg.calls.length
  await react(bench, chat, shown)
  assert.equal(bench.tg.calls.length, calls)
})

for (const [what, later] of [
  ['it is taken back', []],
  ['a second one comes', [by('Bob', '👍'), by('Eve', '🔥')]],
] as const) {
  test(`the bot’s reaction of after a backup goes when ${what} after that was put back`, async () => {
    await using bench = await Bench.open()
    const chat = `telegram:${bench.owner.id}` as const
    const shown = await sendFor(bench, { chat, content: text('Hello') })
    const inBackup = [...shown.parts]
    const tops = [...bench.store.session('telegram').list('top')]
    await react(bench, chat, shown, by('Bob', '👍'))
    await sendFor(bench, { chat, content: text('Since') })
    shown.parts = inBackup
    await bench.restart({ tops })
    await react(bench, chat, shown, ...later)
    const [first] = bench.home.transcript()
    assert.deepEqual([first?.text, first?.reactions], ['Hello', []])
    // What is sent from now on is known.
    const next = await sendFor(bench, { chat, content: text('Next') })
    const calls = bench.tg.callsOf('setMessageReaction').length
    await react(bench, chat, next)
    assert.equal(bench.tg.callsOf('setMessageReaction').length, calls)
  })
}

test('the bot’s reaction goes from a message that is found after a backup was put back', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  await sendFor(bench, { chat, content: text('Before') })
  const tops = [...bench.store.session('telegram').list('top')]
  const job = { ...delivery({ chat, content: text('Hello') }), mark: bench.network.mark?.(chat) ?? '' }
  await bench.network.send(job)
  await react(bench, chat, new Standing(standIns(job.sent.splice(0))), by('Bob', '👍'))
  await bench.restart({ tops })
  assert.equal(await bench.network.settle?.(job), true)
  await react(bench, chat, new Standing(standIns(job.sent)))
  assert.deepEqual(
    bench.home.transcript().map(seen => [seen.text, seen.reactions]),
    [
      ['Before', []],
      ['Hello', []],
    ],
  )
})

test('a line that the owner deleted comes again, and one under a deleted message does not', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  await react(bench, chat, shown, by('Bob', '👍'), by('Alice', '😂'))
  bench.owner.deletes(bench.home, Number(shown.notes.reactions?.id))
  await react(bench, chat, shown, by('Bob', '👍'), by('Alice', '🔥'))
  assert.equal(bench.home.transcript()[1]?.text, '👍 Bob · 🔥 Alice')
  assert.equal(String(bench.home.transcript()[1]?.id), shown.notes.reactions?.id)
  const gone = await sendFor(bench, { chat, content: text('Bye') })
  bench.owner.deletes(bench.home, Number(gone.parts[0]?.id))
  await react(bench, chat, gone, by('Bob', '👍'), by('Alice', '😂'))
  assert.equal(bench.home.transcript().length, 2)
})

test('reactions to pictures of an album stand below each of them, for the bot’s own is at the first', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const items = ['a', 'b', 'c'].map(id => ({ ...photo, id, media: { source: id } }))
  const { parts } = await sendFor(bench, { chat, content: { kind: 'album', items }, bytes: jpeg(100, 100) })
  const [first, second, third] = parts.map(part => new Standing([part]))
  assert.ok(first && second && third)
  await react(bench, chat, first, by('Bob', '👍'))
  await react(bench, chat, third, by('Eve', '😢'))
  await react(bench, chat, second, by('Bob', '🔥'))
  await react(bench, chat, second)
  assert.deepEqual(
    bench.home.transcript().map(({ text: words, replyTo, reactions }) => [words, replyTo, reactions]),
    [
      ...parts.map(() => ['', undefined, []]),
      ['👍 Bob', Number(parts[0]?.id), []],
      ['😢 Eve', Number(parts[2]?.id), []],
    ],
  )
  assert.deepEqual(bench.tg.callsOf('setMessageReaction'), [])
})

test('reactions to what the owner typed in Telegram are shown on it', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const typed = bench.owner.sends(bench.home, 'typed')
  await react(bench, chat, new Standing([ownMessage(typed.message_id)]), by('Bob', '🔥'))
  assert.deepEqual(
    bench.home.transcript()[0]?.reactions.map(({ emoji }) => emoji),
    ['🔥'],
  )
})

test('every emoji that a bot may set is set, however phones write it', () => {
  for (const emoji of botReactions) {
    assert.equal(nativeReaction([by('Bob', emoji)]), emoji)
    assert.equal(nativeReaction([by('Bob', `${emoji}\ufe0f`)]), emoji)
  }
  const others = ['🦖', '👍👍', '', 'x', '🏴󠁧󠁢󠁥󠁮󠁧󠁿']
  assert.deepEqual(
    others.map(emoji => nativeReaction([by('Bob', emoji)])),
    others.map(() => undefined),
  )
})

const lines: readonly (readonly [Reaction[], string])[] = [
  [[], ''],
  [[by('Bob', '👍')], '👍 Bob'],
  [[by('Bob', '👍'), by('You', '👍'), by('Eve', '😂')], '👍 Bob, You · 😂 Eve'],
  [[by('Bob\nthe \u202eevil', '👍')], '👍 Bob the evil'],
  [[by('', '👍')], '👍 Unknown'],
  [
    Array.from({ length: 40 }, (_, n) => by(`P${n}`, '👍')),
    '👍 P0, P1, P2, P3, P4, P5, P6, P7, P8, P9, P10, P11 and 28 more',
  ],
]

for (const [reactions, line] of lines) {
  test(`reactions read "${line}"`, () => assert.equal(renderReactions(reactions), line))
}

test('when the last reaction to the owner’s message is taken back, what became of the message shows again', async () => {
  for (const [receipts, sign] of [
    [true, ['👀']],
    [false, []],
  ] as const) {
    await using bench = await Bench.open({ receipts })
    const chat = `telegram:${bench.owner.id}` as const
    const typed = bench.owner.sends(bench.home, 'typed')
    const shown = new Standing([ownMessage(typed.message_id)])
    const seen = () => bench.home.transcript()[0]?.reactions.map(({ emoji }) => emoji)
    for (const state of ['delivered', 'read'] as const) {
      await bench.network.change(change(chat, { kind: 'receipt', state }, shown))
      shown.receipt = state
    }
    await react(bench, chat, shown, by('Bob', '👍'))
    assert.deepEqual(seen(), ['👍'])
    await react(bench, chat, shown, by('Bob', '👍'), by('Alice', '😂'))
    assert.deepEqual(seen(), sign)
    await react(bench, chat, shown)
    assert.deepEqual(seen(), sign)
    assert.equal(bench.home.transcript().length, 1)
  }
})
