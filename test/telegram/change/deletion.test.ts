import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content, MediaContent } from '../../../src/bridge/event.ts'
import { jpeg, ogg } from '../../simulators/telegram/helpers.ts'
import { Bench, change, file, ownMessage, Standing, sendFor, text } from '../bench.ts'

const words = Array.from({ length: 1400 }, (_, n) => `word${n}`).join(' ')
const deleted = { kind: 'deletion', by: 'author' } as const
const twoDays = 49 * 3600 * 1000

const family = (bench: Bench, rights = {}) => {
  const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner], ...rights })
  return { group, chat: `telegram:${group.id}` as const }
}

test('a deleted message goes with all its parts and the notes under it', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text(words) })
  assert.ok(shown.parts.length > 2)
  shown.reactions = [
    { person: 'whatsapp:1@s.whatsapp.net', name: 'Bob', me: false, emoji: '👍' },
    { person: 'whatsapp:2@s.whatsapp.net', name: 'Eve', me: false, emoji: '😂' },
  ]
  await bench.network.change(change(chat, { kind: 'reaction', emoji: '😂' }, shown))
  const kept = await sendFor(bench, { chat, content: text('another') })
  await bench.network.change(change(chat, deleted, shown))
  assert.deepEqual(
    group.transcript().map(({ id }) => String(id)),
    kept.ids,
  )
  assert.deepEqual(shown.ids, [])
  assert.equal(bench.tg.callsOf('deleteMessages').length, 1)
  await bench.network.change(change(chat, deleted, shown))
  bench.tg.assertNoSurprises()
})

test('a message that is gone already is no error', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  bench.owner.deletes(group, Number(shown.parts[0]?.id))
  await bench.network.change(change(chat, deleted, shown))
  assert.deepEqual(shown.ids, [])
})

test('after two days, when Telegram deletes no more, the words are taken away', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text(words), senderLine: 'Anna' })
  bench.tg.advanceClock(twoDays)
  for (let times = 0; times < 2; times++) {
    await bench.network.change(change(chat, { kind: 'deletion', by: 'admin' }, shown))
  }
  assert.deepEqual(
    group.transcript().map(seen => seen.text),
    ['Anna\n🗑 This message was deleted by an admin', ...shown.parts.slice(1).map(() => '🗑')],
  )
})

test('after two days nothing is left to see of a file, alone or in an album, nor of a text that went as one', async () => {
  await using bench = await Bench.open()
  const bytes = jpeg(100, 100)
  const item = (as: 'image' | 'document', id: string) =>
    ({ ...file(as, {}, 'secret'), id }) as MediaContent & { id: string }
  for (const [content, kinds] of [
    [file('image', {}, 'secret'), ['photo']],
    [file('document', {}, 'secret'), ['photo']],
    [text('secret '.repeat(5000)), ['photo']],
    [{ kind: 'album', items: [item('image', 'a'), item('image', 'b')] }, ['photo', 'photo']],
    [{ kind: 'album', items: [item('document', 'a'), item('document', 'b')] }, ['document', 'document']],
  ] as const) {
    const { group, chat } = family(bench)
    const shown = await sendFor(bench, { chat, content: content as Content, senderLine: 'Anna', bytes })
    bench.tg.advanceClock(twoDays)
    for (let times = 0; times < 2; times++) await bench.network.change(change(chat, deleted, shown))
    const seen = group.transcript()
    assert.deepEqual(
      seen.map(({ kind }) => kind),
      kinds,
    )
    assert.equal(seen[0]?.text, 'Anna\n🗑 This message was deleted')
    for (const { text: words, file: left } of seen) {
      assert.doesNotMatch(words, /secret/)
      assert.ok(left?.content && !Buffer.from(left.content).includes('secret') && left.size < 1000)
      assert.notDeepEqual(Buffer.from(left.content), Buffer.from(bytes))
    }
  }
  bench.tg.assertNoSurprises()
})

test('after two days a voice message, in whose place nothing can be put, says that it was deleted', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: file('voice'), bytes: ogg() })
  bench.tg.advanceClock(twoDays)
  await bench.network.change(change(chat, deleted, shown))
  assert.deepEqual(
    group.transcript().map(({ kind, text: words }) => [kind, words]),
    [['voice', '🗑 This message was deleted']],
  )
})

test('after two days a sticker gets an answer that says so, once', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: file('sticker'), bytes: Buffer.alloc(100, 1) })
  // What became of it in Telegram cannot be edited.
  shown.parts = shown.parts.map(part => ({ ...part, raw: '{"as":"bare"}' }))
  bench.tg.advanceClock(twoDays)
  for (let times = 0; times < 2; times++) await bench.network.change(change(chat, deleted, shown))
  const [sticker, remark, ...others] = group.transcript()
  assert.deepEqual(others, [])
  assert.deepEqual([remark?.text, remark?.replyTo], ['🗑 This message was deleted', sticker?.id])
})

test('what the owner typed goes where the bot may delete it, and is marked where it may not', async () => {
  await using bench = await Bench.open()
  for (const [rights, expected] of [
    [{ botRights: { can_delete_messages: true } }, []],
    [{}, ['typed', '🗑 This message was deleted']],
  ] as const) {
    const { group, chat } = family(bench, rights)
    const typed = bench.owner.sends(group, 'typed')
    const shown = new Standing([ownMessage(typed.message_id)])
    for (let times = 0; times < 2; times++) await bench.network.change(change(chat, deleted, shown))
    assert.deepEqual(
      group.transcript().map(seen => seen.text),
      expected,
    )
  }
})

test('one part that cannot be deleted does not hold back the others', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const typed = bench.owner.sends(group, 'typed')
  const shown = new Standing([ownMessage(typed.message_id)])
  await bench.network.change(change(chat, { kind: 'edit', content: text('edited') }, shown))
  await bench.network.change(change(chat, deleted, shown))
  assert.deepEqual(
    group.transcript().map(seen => seen.text),
    ['typed', '🗑 This message was deleted'],
  )
})

test('where the owner wants to see it, a deleted message is struck through, but for who said it', async () => {
  await using bench = await Bench.open({ deletions: 'strike' })
  const { group, chat } = family(bench)
  const content: Content = {
    kind: 'text',
    body: { text: 'very bold', spans: [{ start: 5, length: 4, style: 'bold' }] },
  }
  const shown = await sendFor(bench, { chat, content, senderLine: 'Anna' })
  for (let times = 0; times < 3; times++) await bench.network.change(change(chat, deleted, shown))
  const [seen] = group.transcript()
  assert.equal(seen?.text, '🗑 Anna\nvery bold')
  assert.deepEqual(seen?.entities, [
    { type: 'bold', offset: 3, length: 4 },
    { type: 'strikethrough', offset: 8, length: 9 },
    { type: 'bold', offset: 13, length: 4 },
  ])
  assert.deepEqual(seen?.buttons, [])
  assert.equal(shown.parts.length, 1)
  bench.tg.assertNoSurprises()
})

test('captions are struck through, and a button left by a crash in between goes', async () => {
  await using bench = await Bench.open({ deletions: 'strike' })
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, {
    chat,
    content: file('document', { fileName: 'a.pdf' }, 'The plan'),
    bytes: Buffer.alloc(100, 1),
  })
  bench.tg.faults.next('editMessageCaption', 'reset-before')
  await assert.rejects(bench.network.change(change(chat, deleted, shown)), { verdict: { kind: 'unsure' } })
  assert.deepEqual(group.transcript()[0]?.buttons, [['…']])
  await bench.network.change(change(chat, deleted, shown))
  const [seen] = group.transcript()
  assert.equal(seen?.text, '🗑 The plan')
  assert.deepEqual(seen?.entities, [{ type: 'strikethrough', offset: 3, length: 8 }])
  assert.deepEqual(seen?.buttons, [])
})

test('a message is struck through also where every second answer about its button is lost', async () => {
  await using bench = await Bench.open({ deletions: 'strike' })
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text('very bold') })
  let asked = 0
  bench.tg.faults.next('editMessageReplyMarkup', 'reply-lost', {
    times: 1_000_000,
    when: () => ++asked % 2 === 1,
  })
  await bench.network.change(change(chat, deleted, shown))
  const [seen] = group.transcript()
  assert.equal(seen?.text, '🗑 very bold')
  assert.deepEqual(seen?.buttons, [])
  assert.ok(asked > 1, `${asked} questions`)
})

test('a message whose time is over goes even where deleted ones are struck through', async () => {
  await using bench = await Bench.open({ deletions: 'strike' })
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text('soon gone') })
  await bench.network.change(change(chat, { kind: 'deletion', by: 'time' }, shown))
  assert.deepEqual(group.transcript(), [])
})

test('where the owner wants to keep everything, nothing changes', async () => {
  await using bench = await Bench.open({ deletions: 'keep' })
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text('stays') })
  const calls = bench.tg.calls.length
  await bench.network.change(change(chat, deleted, shown))
  assert.equal(group.transcript()[0]?.text, 'stays')
  assert.equal(bench.tg.calls.length, calls)
})

test('where everything is kept, what the owner deletes with /delete says that it is gone from WhatsApp, once', async () => {
  await using bench = await Bench.open({ deletions: 'keep' })
  const { group, chat } = family(bench)
  const typed = bench.owner.sends(group, 'typed')
  const shown = new Standing([ownMessage(typed.message_id)])
  const echo = { ...change(chat, deleted, shown) }
  const mine = { ...echo, event: { ...echo.event, chat } }
  for (let times = 0; times < 2; times++) await bench.network.change(mine)
  assert.deepEqual(
    group.transcript().map(({ text: words, replyTo }) => [words, replyTo]),
    [
      ['typed', undefined],
      ['🗑 Deleted in WhatsApp', typed.message_id],
    ],
  )
  bench.tg.assertNoSurprises()
})

const overdue = { kind: 'deletion', by: 'time' } as const

test('after two days the words of a message that has disappeared say just that, and an answer says nothing', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const said = await sendFor(bench, { chat, content: text(words), senderLine: 'Anna' })
  const sticker = await sendFor(bench, { chat, content: file('sticker'), bytes: Buffer.alloc(100, 1) })
  sticker.parts = sticker.parts.map(part => ({ ...part, raw: '{"as":"bare"}' }))
  bench.tg.advanceClock(twoDays)
  for (let times = 0; times < 2; times++) {
    for (const shown of [said, sticker]) await bench.network.change(change(chat, overdue, shown))
  }
  assert.deepEqual(
    group.transcript().map(({ kind, text: seen }) => [kind, seen]),
    [
      ['text', 'Anna\n⏱ This message has disappeared'],
      ...said.parts.slice(1).map(() => ['text', '⏱']),
      ['document', ''],
    ],
  )
  bench.tg.assertNoSurprises()
})

test('what the owner typed disappears where the bot may delete it, and stays elsewhere without a word', async () => {
  await using bench = await Bench.open()
  const group = (rights: object) => family(bench, rights).group
  for (const [place, age, expected] of [
    [group({ botRights: { can_delete_messages: true } }), 0, []],
    [bench.tg.addPrivateChat(bench.owner), 0, []],
    [group({}), 0, ['typed']],
    [group({ botRights: { can_delete_messages: true } }), twoDays, ['typed']],
  ] as const) {
    const typed = bench.owner.sends(place, 'typed')
    bench.tg.advanceClock(age)
    const shown = new Standing([ownMessage(typed.message_id)])
    for (let times = 0; times < 2; times++) {
      await bench.network.change(change(`telegram:${place.id}`, overdue, shown))
    }
    assert.deepEqual(
      place.transcript().map(seen => seen.text),
      expected,
    )
  }
  bench.tg.assertNoSurprises()
})
