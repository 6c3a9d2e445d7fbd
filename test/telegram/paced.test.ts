import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content } from '../../src/bridge/event.ts'
import { Lease, Pace } from '../../src/outbox/index.ts'
import { systemClock } from '../../src/support/clock.ts'
import type { Method } from '../../src/telegram/api.ts'
import { messagesOf } from '../../src/telegram/paced.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { Bench, delivery, failureOf, file, text } from './bench.ts'

test('a call counts as the messages that Telegram counts', () => {
  const counts: Partial<Record<Method, number>> = {
    sendMessage: 1,
    sendPhoto: 1,
    sendVenue: 1,
    sendPoll: 1,
    editMessageText: 1,
    editMessageMedia: 1,
    editMessageReplyMarkup: 1,
    stopPoll: 1,
    setMessageReaction: 1,
    pinChatMessage: 1,
    createForumTopic: 1,
    editGeneralForumTopic: 1,
    sendChatAction: 0,
    deleteMessage: 0,
    deleteMessages: 0,
    unpinChatMessage: 0,
    getFile: 0,
    getChat: 0,
    answerCallbackQuery: 0,
  }
  for (const [method, messages] of Object.entries(counts))
    assert.equal(messagesOf(method as Method, { chat_id: 1 }), messages, method)
  assert.equal(messagesOf('sendMediaGroup', { chat_id: 1, media: ['a', 'b', 'c'] }), 3)
  assert.equal(messagesOf('copyMessages', { chat_id: 1, message_ids: [1, 2] }), 2)
})

const leaseFor = (pace: Pace, chat: `telegram:${string}`) =>
  new Lease({ pace, chat, clock: systemClock, signal: new AbortController().signal })

test('every part of a long text goes out within the rates', async () => {
  await using bench = await Bench.open({ simulator: { rates: true } })
  const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner] })
  const chat = `telegram:${group.id}` as const
  const lease = leaseFor(new Pace(telegramBudgets, ratePeerOf), chat)
  const job = {
    ...delivery({ chat, content: text('word '.repeat(2600)) }),
    turn: (messages?: number) => lease.turn(messages),
  }
  await bench.network.send(job)
  assert.equal(job.sent.length, 4)
  assert.equal(bench.tg.callsOf('sendMessage').length, 4, 'none of them refused')
})

test('what a refusal says holds the next call back; what never left does not count', async () => {
  await using bench = await Bench.open()
  const { chat } = { chat: `telegram:${bench.home.id}` as const }
  const pace = new Pace(telegramBudgets, ratePeerOf)
  const send = (words: string) => {
    const lease = leaseFor(pace, chat)
    return bench.network.send({
      ...delivery({ chat, content: text(words) }),
      turn: (messages?: number) => lease.turn(messages),
    })
  }
  const before = Date.now()
  for (const fault of ['reset-before', 'reset-before', 'reset-before'] as const)
    bench.tg.faults.next('sendMessage', fault)
  for (const words of ['a', 'b', 'c']) await failureOf(send(words))
  // Whether a request was read when its connection broke is not known, so it counts.
  assert.ok(pace.readyAt(chat, before) > before)

  const wait = { retryAfter: 17 }
  for (const fault of [
    { error: 429, ...wait },
    { status: 429, html: '<h1>Too Many Requests</h1>', ...wait },
  ] as const) {
    const other = `telegram:${bench.tg.addSupergroup({ title: 'Other', members: [] }).id}` as const
    bench.tg.faults.next('sendMessage', fault)
    const lease = leaseFor(pace, other)
    const refused = { ...delivery({ chat: other, content: text('d') }), turn: () => lease.turn() }
    const begun = Date.now()
    assert.deepEqual((await failureOf(bench.network.send(refused))).verdict, { kind: 'wait', seconds: 17 })
    const ended = Date.now()
    const at = pace.readyAt(other, ended)
    assert.ok(at > begun + 16_000 && at <= ended + 17_000, `${at - begun} ms`)
  }
})

test('a file is not asked for before its call has a turn and a place, and a text needs none', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.home.id}` as const
  const steps: string[] = []
  const send = (content: Content) => {
    const lease = leaseFor(new Pace([]), chat)
    const job = delivery({ chat, content })
    return bench.network.send({
      ...job,
      async turn(messages = 1, what) {
        steps.push(`asks for ${messages} ${what ?? 'text'}`)
        await new Promise(resolve => setImmediate(resolve))
        steps.push('may go')
        return await lease.turn(messages)
      },
      openMedia(media) {
        steps.push('opens')
        return job.openMedia(media)
      },
    })
  }
  await send(text('a'))
  assert.deepEqual(steps.splice(0), ['asks for 1 text', 'may go'])
  await send(file('document'))
  assert.deepEqual(steps, ['asks for 1 files', 'may go', 'opens'])
})
