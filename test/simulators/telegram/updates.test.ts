import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { openBench, refused } from './helpers.ts'

test('limits are clamped and a negative offset keeps only the last', async () => {
  await using bench = await openBench()
  const { api, chat, owner } = bench
  for (const text of ['a', 'b', 'c']) owner.sends(chat, text)
  const texts = (updates: { message?: { text?: string } }[]) => updates.map(({ message }) => message?.text)
  assert.deepEqual(texts(await api.getUpdates({ limit: 0 })), ['a'])
  assert.deepEqual(texts(await api.getUpdates({ offset: 1, limit: 9999 })), ['a', 'b', 'c'])
  assert.deepEqual(texts(await api.getUpdates({ offset: -1 })), ['c'])
  assert.deepEqual(texts(await api.getUpdates({ offset: 2 })), ['c'])
})

test('the same offset asked at once is slowed down to one update', async () => {
  await using bench = await openBench()
  const { api, chat, owner } = bench
  owner.sends(chat, 'a')
  owner.sends(chat, 'b')
  assert.equal((await api.getUpdates({ offset: 1 })).length, 2)
  assert.equal((await api.getUpdates({ offset: 1 })).length, 1)
})

test('a poll that waits brings all that happens at one time', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  const waiting = api.getUpdates({ offset: 1, timeout: 50 })
  await tg.until('the poll to be there', () => tg.calls.length === 1)
  for (const text of ['a', 'b', 'c']) owner.sends(chat, text)
  assert.equal((await waiting).length, 3)
})

test('the kinds asked for are remembered until others are named', async () => {
  await using bench = await openBench()
  const { api, chat, owner } = bench
  await api.getUpdates({ allowed_updates: ['edited_message'], offset: 1 })
  const { message_id } = owner.sends(chat, 'a')
  owner.edits(chat, message_id, 'b')
  const updates = await api.getUpdates({ offset: 2 })
  assert.deepEqual(
    updates.map(({ message, edited_message }) => [message?.text, edited_message?.text]),
    [[undefined, 'b']],
  )
})

test('updates are kept for a day', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  owner.sends(chat, 'old')
  tg.advanceClock(24 * 3600 * 1000)
  owner.sends(chat, 'new')
  assert.deepEqual(
    (await api.getUpdates()).map(({ message }) => message?.text),
    ['new'],
  )
})

test('a pressed button is kept for 150 s, and its answer is taken for as long', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  const { message_id: id } = owner.sends(chat, 'a')
  const press = () => owner.calls(chat, id, 'yes')
  const waiting = async () =>
    (await api.getUpdates()).map(each => each.message?.text ?? each.callback_query?.id)
  const [first, second] = [press(), press()]
  tg.advanceClock(150_000)
  const late = press()
  assert.deepEqual(await waiting(), ['a', late])
  const tooOld = 'Bad Request: query is too old and response timeout expired or query ID is invalid'
  for (const old of [first, second]) await refused(api.answerCallbackQuery(old), 400, tooOld)
  await api.answerCallbackQuery(late)
  await refused(api.answerCallbackQuery(late), 400, tooOld)
})

test('every answer says what time it is by the clock that messages have their dates of, unless nothing stands in front', async () => {
  await using bench = await openBench()
  const { chat, owner, tg } = bench
  tg.advanceClock(3_600_000)
  const date = owner.sends(chat, 'now').date * 1000
  for (const method of ['getMe', 'getUpdates', 'sendNothing']) {
    const { headers } = await fetch(`${tg.apiRoot}/bot${tg.token}/${method}`)
    const later = Date.parse(headers.get('date') ?? '') - date
    assert.ok(later >= 0 && later < 600_000, `${method}: ${later} ms later`)
  }
  await using bare = await openBench({ dates: false })
  const { headers } = await fetch(`${bare.tg.apiRoot}/bot${bare.tg.token}/getMe`)
  assert.equal(headers.get('date'), null)
})

test('a webhook and polling exclude each other', async () => {
  await using bench = await openBench()
  const { api } = bench
  await api.setWebhook('https://example.org/hook')
  await refused(
    api.getUpdates(),
    409,
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  )
  await api.deleteWebhook()
  assert.equal((await api.getWebhookInfo()).url, '')
  assert.deepEqual(await api.getUpdates(), [])
})

test('a poller that goes away leaves nothing behind, and its updates come again', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  const { port } = new URL(tg.apiRoot)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(`GET /bot${tg.token}/getUpdates?timeout=50 HTTP/1.1\r\nHost: x\r\n\r\n`)
  await tg.until('the poll has begun', () => tg.calls.length === 1)
  socket.destroy()
  await tg.until('the poll has ended', () => tg.calls[0]?.response !== undefined)
  tg.faults.next('getUpdates', 'reply-lost')
  owner.sends(chat, 'a')
  await assert.rejects(api.getUpdates({ offset: 7 }))
  assert.equal((await api.getUpdates({ offset: 7 }))[0]?.message?.text, 'a')
})

test('updates can come twice under the same id', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  owner.sends(chat, 'a')
  const [first] = await api.getUpdates()
  tg.repeatUpdates()
  const [again] = await api.getUpdates({ offset: (first?.update_id ?? 0) + 1 })
  assert.deepEqual(again, first)
})

test('ids that begin anew and lower are given out to whoever asks from far ahead, until they are confirmed', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  owner.sends(chat, 'before')
  const [before] = await api.getUpdates()
  const ahead = (before?.update_id ?? 0) + 1
  assert.throws(() => tg.renumberUpdates(500_000_001), /none has waited/)
  assert.deepEqual(await api.getUpdates({ offset: ahead }), [])
  tg.renumberUpdates(500_000_001)
  for (const text of ['a', 'b']) owner.sends(chat, text)
  const ids = (updates: { update_id: number }[]) => updates.map(({ update_id }) => update_id)
  assert.equal(ids(await api.getUpdates({ offset: ahead }))[0], 500_000_001)
  assert.deepEqual(ids(await api.getUpdates({ offset: 500_000_002 })), [500_000_002])
  assert.deepEqual(await api.getUpdates({ offset: 500_000_003 }), [])
})

test('waiting in vain says for what', async () => {
  await using bench = await openBench()
  await assert.rejects(
    bench.tg.until('a miracle', () => false, 30),
    /Waited 30 ms in vain: a miracle/,
  )
})
