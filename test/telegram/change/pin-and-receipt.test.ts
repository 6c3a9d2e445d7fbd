import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bench, change, ownMessage, Standing, sendFor, text } from '../bench.ts'

const pin = { kind: 'pin', pinned: true } as const
const unpin = { kind: 'pin', pinned: false } as const

test('a pinned message is pinned without a sound, and unpinned', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({
    title: 'Family',
    members: [bench.owner],
    botRights: { can_pin_messages: true },
  })
  const chat = `telegram:${group.id}` as const
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  for (let times = 0; times < 2; times++) await bench.network.change(change(chat, pin, shown))
  assert.deepEqual(group.state.pinned.map(String), shown.ids)
  assert.equal(String(bench.tg.callsOf('pinChatMessage')[0]?.params['disable_notification']), 'true')
  for (let times = 0; times < 2; times++) await bench.network.change(change(chat, unpin, shown))
  assert.deepEqual(group.state.pinned, [])
  assert.equal(group.transcript().length, 1)
  bench.tg.assertNoSurprises()
})

test('where the bot may not pin, a silent answer says who pinned it, until it is unpinned', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner] })
  const chat = `telegram:${group.id}` as const
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  for (let times = 0; times < 2; times++) {
    await bench.network.change(change(chat, pin, shown, { senderLine: 'Anna' }))
  }
  const [message, remark, ...others] = group.transcript()
  assert.deepEqual(others, [])
  assert.deepEqual([remark?.text, remark?.replyTo], ['📌 Anna pinned this', message?.id])
  // An edit is about what was said, not about the remark.
  await bench.network.change(change(chat, { kind: 'edit', content: text('Hello you') }, shown))
  assert.deepEqual(
    group.transcript().map(seen => seen.text),
    ['Hello you', '📌 Anna pinned this'],
  )
  await bench.network.change(change(chat, unpin, shown))
  assert.deepEqual(
    group.transcript().map(seen => seen.text),
    ['Hello you'],
  )
})

test('that a message failed is always shown on it, that it was delivered and read where the owner asks for it', async () => {
  for (const [receipts, expected] of [
    [false, [[], [], ['👎']]],
    [true, [['👌'], ['👀'], ['👎']]],
  ] as const) {
    await using bench = await Bench.open({ receipts })
    const chat = `telegram:${bench.owner.id}` as const
    const typed = bench.owner.sends(bench.home, 'typed')
    const shown = new Standing([ownMessage(typed.message_id)])
    const seen: string[][] = []
    for (const state of ['delivered', 'read', 'failed'] as const) {
      await bench.network.change(change(chat, { kind: 'receipt', state }, shown))
      seen.push(bench.home.transcript()[0]?.reactions.map(({ emoji }) => emoji) ?? [])
    }
    assert.deepEqual(seen, expected)
    assert.equal(bench.home.transcript().length, 1)
  }
})

test('a receipt covers nobody’s reaction, and makes no noise where reactions are not allowed', async () => {
  await using bench = await Bench.open({ receipts: true })
  const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner] })
  const chat = `telegram:${group.id}` as const
  const typed = bench.owner.sends(group, 'typed')
  const shown = new Standing([ownMessage(typed.message_id)])
  shown.reactions = [{ person: 'whatsapp:1@s.whatsapp.net', name: 'Bob', me: false, emoji: '🔥' }]
  await bench.network.change(change(chat, { kind: 'reaction', emoji: '🔥' }, shown))
  await bench.network.change(change(chat, { kind: 'receipt', state: 'read' }, shown))
  assert.deepEqual(
    group.transcript()[0]?.reactions.map(({ emoji }) => emoji),
    ['🔥'],
  )
  group.state.allowedReactions = new Set()
  await bench.network.change(change(chat, { kind: 'receipt', state: 'failed' }, shown))
  bench.owner.deletes(group, typed.message_id)
  await bench.network.change(change(chat, { kind: 'receipt', state: 'failed' }, shown))
  assert.deepEqual(group.transcript(), [])
})
