import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { Settled } from '../../src/bridge/network.ts'
import { placeOf } from '../../src/telegram/address.ts'
import type { Fault, Seen, SimChat } from '../simulators/telegram/index.ts'
import { endsWithin } from '../support/within.ts'
import { Bench, type DeliveryInit, delivery, failureOf, mostTries, type TestDelivery, text } from './bench.ts'
import { filesOf, otherSendings, sendings } from './doubt/sendings.ts'

/** Tries to send and loses the answer; returns the job as it stands after a restart. */
const loseAnswer = async (
  bench: Bench,
  init: DeliveryInit,
  method = 'sendMessage',
): Promise<TestDelivery> => {
  const job = { ...delivery(init), mark: bench.network.mark?.(init.chat) ?? '' }
  const chatId = placeOf(init.chat).chatId
  bench.tg.faults.next(method, 'reply-lost', { when: params => Number(params['chat_id']) === chatId })
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  return job
}

const settle = async (bench: Bench, job: TestDelivery): Promise<Settled> => {
  assert.ok(bench.network.settle)
  return await bench.network.settle(job)
}

const family = (bench: Bench): { group: SimChat; chat: ChatRef } => {
  const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner] })
  return { group, chat: `telegram:${group.id}` }
}

/** Nothing that a person would see is left of a search. */
const assertUntouched = (chat: SimChat): void => {
  for (const seen of chat.transcript()) {
    assert.deepEqual(seen.buttons, [])
    assert.equal(seen.edited, false)
  }
}

test('a message whose answer was lost is found, with its id', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  await bench.connect()
  bench.owner.sends(group, 'Hello')
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = await loseAnswer(bench, { chat, content: text('  in  doubt\r\n'), senderLine: 'Anna' })
  assert.equal(await settle(bench, job), true)
  assert.deepEqual(
    job.sent.map(({ id }) => Number(id)),
    [group.transcript().at(-1)?.id],
  )
  assertUntouched(group)
})

test('a message that did not arrive is not found, whatever else was written', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = { ...delivery({ chat, content: text('in doubt') }), mark: bench.network.mark?.(chat) ?? '' }
  bench.tg.faults.next('sendMessage', 'reset-before')
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  bench.owner.sends(group, 'in doubt')
  await bench.network.send(delivery({ chat, content: text('another') }))
  assert.equal(await settle(bench, job), false)
  assert.deepEqual(job.sent, [])
  assertUntouched(group)
})

test('it is found among messages of other people, deleted ones and service messages', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  await bench.network.send(delivery({ chat, content: text('before') }))
  const mark = bench.network.mark?.(chat) ?? ''
  for (let n = 0; n < 25; n++) bench.owner.sends(group, `gossip ${n}`)
  const gone = bench.owner.sends(group, 'oops')
  bench.owner.deletes(group, gone.message_id)
  const job = { ...(await loseAnswer(bench, { chat, content: text('in doubt') })), mark }
  bench.owner.sends(group, 'after')
  assert.equal(await settle(bench, job), true)
  assert.equal(group.transcript().find(seen => seen.text === 'in doubt')?.id, Number(job.sent[0]?.id))
  assertUntouched(group)
})

test('it is found after a restart, when the mark is all that is left', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = await loseAnswer(bench, { chat, content: text('in doubt') })
  await bench.restart()
  assert.equal(await settle(bench, job), true)
  assert.equal(group.transcript().at(-1)?.id, Number(job.sent[0]?.id))
})

test('it is found in a chat of which no id is known', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  for (let n = 0; n < 300; n++) bench.owner.sends(group, `old ${n}`)
  const job = await loseAnswer(bench, { chat, content: text('the first') })
  assert.equal(await settle(bench, job), true)
  assert.equal(group.transcript().at(-1)?.id, Number(job.sent[0]?.id))
})

for (const restarted of [false, true]) {
  test(`it is found where no id was known then, however many others have been heard of since${restarted ? ', after a restart' : ''}`, async () => {
    await using bench = await Bench.open()
    const { group, chat } = family(bench)
    const job = await loseAnswer(bench, { chat, content: text('the first') })
    for (let n = 0; n < 200; n++) bench.owner.sends(group, `gossip ${n}`)
    await bench.connect()
    await bench.tg.until('all updates', () => bench.inbox.messages.length === 200)
    if (restarted) await bench.restart()
    assert.equal(await settle(bench, job), true)
    assert.equal(group.transcript()[0]?.id, Number(job.sent[0]?.id))
    assertUntouched(group)
  })
}

test('it is found where no id is known, however many write while the search is interrupted', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  for (let n = 0; n < 300; n++) bench.owner.sends(group, `old ${n}`)
  const job = await loseAnswer(bench, { chat, content: text('the first') })
  const id = group.transcript().at(-1)?.id ?? 0
  bench.tg.faults.next('editMessageReplyMarkup', 'reset-before', {
    times: mostTries,
    when: params =>
      Number(params['message_id']) === id - 5 && bench.tg.callsOf('editMessageReplyMarkup').length > 60,
  })
  assert.equal((await failureOf(settle(bench, job))).verdict.kind, 'retry')
  for (let n = 0; n < 200; n++) bench.owner.sends(group, `gossip ${n}`)
  await bench.restart()
  assert.equal(await settle(bench, job), true)
  assert.equal(Number(job.sent[0]?.id), id)
})

test('a private chat shares its ids with others, whose messages look like holes', async () => {
  await using bench = await Bench.open()
  const stranger = bench.tg.addUser({ id: 555, first_name: 'Sam' })
  const elsewhere = bench.tg.addPrivateChat(stranger)
  await bench.connect()
  const chat = `telegram:${bench.owner.id}` as const
  await bench.network.send(delivery({ chat, content: text('before') }))
  const mark = bench.network.mark?.(chat) ?? ''
  for (let n = 0; n < 25; n++) stranger.sends(elsewhere, `let me in ${n}`)
  const job = { ...(await loseAnswer(bench, { chat, content: text('in doubt') })), mark }
  assert.equal(await settle(bench, job), true)
  assert.equal(bench.home.transcript().at(-1)?.id, Number(job.sent[0]?.id))
})

test("a command's answer and the message of another lane are not taken for it", async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const topics = bench.tg.addSupergroup({ title: 'Topics', forum: true, members: [bench.owner] })
  const [one, two] = [topics.addTopic({ name: 'One' }), topics.addTopic({ name: 'Two' })]
  const chatOne = `telegram:${topics.id}/${one.message_thread_id}` as const
  const chatTwo = `telegram:${topics.id}/${two.message_thread_id}` as const
  const lost = await loseAnswer(bench, { chat: chatOne, content: text('OK') })
  const other = await loseAnswer(bench, { chat: chatTwo, content: text('OK') })
  await loseAnswer(bench, { chat, content: text('/id answer') })
  await bench.restart()
  assert.equal(await settle(bench, other), true)
  assert.equal(await settle(bench, lost), true)
  assert.equal(two.transcript()[0]?.id, Number(other.sent[0]?.id))
  assert.equal(one.transcript()[0]?.id, Number(lost.sent[0]?.id))
  const job = { ...delivery({ chat, content: text('something else') }), mark: lost.mark ?? '' }
  assert.equal(await settle(bench, job), false)
  assertUntouched(topics)
  assertUntouched(group)
})

test('the second of two equal messages is not settled by the first', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const first = delivery({ chat, content: text('OK') })
  const mark = bench.network.mark?.(chat) ?? ''
  await bench.network.send(first)
  await bench.restart()
  const id = Number(first.sent[0]?.id)
  const job = { ...delivery({ chat, content: text('OK'), known: [id] }), mark }
  assert.equal(await settle(bench, job), false)
  assert.equal(group.transcript().length, 1)
})

const everything = [...sendings, ...otherSendings]

/** Without what another of the same has otherwise. */
const likenessOf = (seen: readonly Seen[]) =>
  seen.map(each => ({ ...each, id: 0, file: 0, date: 0, mediaGroup: each.mediaGroup !== undefined }))

const doubts: readonly (readonly [string, Fault, boolean])[] = [
  ['lost', 'reply-lost', true],
  ['a 500 after the fact', { error: 500, description: 'Internal Server Error: restart', done: true }, true],
  ['a 500 instead of it', { error: 500, description: 'Internal Server Error: restart' }, false],
  ['a 502 of a proxy after the fact', { status: 502, html: '<h1>Bad Gateway</h1>', done: true }, true],
  ['a 502 of a proxy instead of it', { status: 502, html: '<h1>Bad Gateway</h1>' }, false],
  ['cut off in its head', { cutAfter: 50 }, true],
  ['broken off in its body', { cutAfter: 200, reset: true }, true],
]

for (const [name, fault, arrived] of doubts) {
  test(`every kind of message is there once and as it was, when its answer is ${name}`, async () => {
    await using bench = await Bench.open()
    const group = bench.addGroup()
    const chat: ChatRef = `telegram:${group.id}`
    await bench.network.send(delivery({ chat, content: text('before') }))
    for (const sending of everything) {
      const { method, content, messages } = sending
      const what = `${method} ${content.kind}`
      const count = group.transcript().length
      const init: DeliveryInit = { chat, content, bytes: filesOf(sending) }
      const job: TestDelivery = { ...delivery(init), mark: bench.network.mark?.(chat) ?? '' }
      bench.tg.faults.next(method, fault)
      assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure', what)
      await bench.restart()
      assert.equal(await settle(bench, job), arrived, what)
      await bench.network.send(job)
      const seen = group.transcript()
      assert.equal(seen.length, count + messages, what)
      assert.deepEqual(
        job.sent.map(({ id }) => Number(id)),
        seen.slice(-messages).map(({ id }) => id),
        what,
      )
      // As it would have been without a fault, its buttons among that.
      await bench.network.send(delivery(init))
      const both = likenessOf(group.transcript().slice(-2 * messages))
      assert.deepEqual(both.slice(0, messages), both.slice(messages), what)
    }
    bench.tg.assertNoSurprises()
  })
}

test('of a message in several parts the one in doubt is found, and the rest follows', async () => {
  await using bench = await Bench.open()
  const words = Array.from({ length: 2000 }, (_, n) => `word${n}`).join(' ')
  const chat = `telegram:${bench.owner.id}` as const
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = { ...delivery({ chat, content: text(words) }), mark: bench.network.mark?.(chat) ?? '' }
  bench.tg.faults.next('sendMessage', 'reply-lost', {
    when: ({ text: part }) => String(part).includes('word700 '),
  })
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  assert.equal(await settle(bench, job), true)
  assert.equal(job.sent.length, 2)
  await bench.network.send(job)
  const texts = bench.home
    .transcript()
    .slice(1)
    .map(seen => seen.text)
  assert.equal(texts.join(' '), words)
  assert.equal(job.sent.length, texts.length)
})

test('of a message in several parts that a backup brought back all that has gone since is found, and the rest follows', async () => {
  await using bench = await Bench.open()
  const words = Array.from({ length: 2000 }, (_, n) => `word${n}`).join(' ')
  const chat = `telegram:${bench.owner.id}` as const
  await bench.network.send(delivery({ chat, content: text('before') }))
  const mark = bench.network.mark?.(chat) ?? ''
  const job = { ...delivery({ chat, content: text(words) }), mark, restored: true as const }
  bench.tg.faults.next('sendMessage', 'reset-before', {
    when: ({ text: part }) => String(part).includes('word1999'),
  })
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  const arrived = job.sent.splice(0).map(({ id }) => id)
  assert.equal(arrived.length, 4)
  await bench.restart()
  assert.equal(await settle(bench, job), true)
  assert.deepEqual(
    job.sent.map(({ id }) => id),
    arrived,
  )
  await bench.network.send(job)
  const texts = bench.home.transcript().map(seen => seen.text)
  assert.deepEqual([texts[0], texts.slice(1).join(' '), texts.length], ['before', words, 6])
})

test('a search that is asked to wait for long goes on where it stopped', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  await bench.network.send(delivery({ chat, content: text('before') }))
  const mark = bench.network.mark?.(chat) ?? ''
  for (let n = 0; n < 6; n++) bench.owner.sends(group, `gossip ${n}`)
  const job = { ...(await loseAnswer(bench, { chat, content: text('in doubt') })), mark }
  const asked = () => bench.tg.callsOf('editMessageReplyMarkup').length
  bench.tg.faults.next('editMessageReplyMarkup', { error: 429, retryAfter: 31 }, { when: () => asked() >= 5 })
  assert.deepEqual((await failureOf(settle(bench, job))).verdict, { kind: 'wait', seconds: 31 })
  const before = asked()
  assert.equal(await settle(bench, job), true)
  assert.ok(asked() - before < 7, `${asked() - before} questions`)
})

test('a button left by a crash in the middle of a search is taken away, and the message recognised', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = await loseAnswer(bench, { chat, content: text('in doubt') })
  bench.tg.faults.next(
    'editMessageReplyMarkup',
    { error: 500, description: 'Internal Server Error: restart' },
    {
      times: mostTries,
      when: ({ reply_markup: markup, message_id: id }) =>
        Number(id) === group.transcript()[1]?.id && markup === undefined,
    },
  )
  assert.equal((await failureOf(settle(bench, job))).verdict.kind, 'retry')
  assert.deepEqual(group.transcript()[1]?.buttons, [['…']])
  await bench.restart()
  assert.equal(await settle(bench, job), true)
  assertUntouched(group)
})

test('a message that arrives after all while the server was still at work is found', async () => {
  await using bench = await Bench.open({ graceMs: () => 6000 })
  const { group, chat } = family(bench)
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = { ...delivery({ chat, content: text('in doubt') }), mark: bench.network.mark?.(chat) ?? '' }
  bench.tg.faults.next('sendMessage', { delayMs: 3000 })
  const enough = new AbortController()
  const attempt = failureOf(bench.network.send({ ...job, signal: enough.signal }))
  await bench.tg.until('the request', () => bench.tg.callsOf('sendMessage').length > 1)
  enough.abort()
  assert.equal((await attempt).verdict.kind, 'unsure')
  await bench.restart()
  assert.equal(group.transcript().length, 1)
  assert.equal(await settle(bench, job), true)
  assert.deepEqual(
    job.sent.map(({ id }) => Number(id)),
    [group.transcript()[1]?.id],
  )
})

test('what has arrived is found at once, what has not is waited for as long as the server may be at work', async () => {
  let grace = 60_000
  await using bench = await Bench.open({ graceMs: () => grace })
  const { chat } = family(bench)
  await bench.network.send(delivery({ chat, content: text('before') }))
  const arrived = await loseAnswer(bench, { chat, content: text('in doubt') })
  const found = settle(bench, arrived)
  assert.ok(await endsWithin(30_000, found), 'found at once')
  assert.equal(await found, true)
  grace = 2000
  const begun = Date.now()
  const lost = { ...delivery({ chat, content: text('lost') }), mark: bench.network.mark?.(chat) ?? '' }
  bench.tg.faults.next('sendMessage', 'reset-before')
  assert.equal((await failureOf(bench.network.send(lost))).verdict.kind, 'unsure')
  assert.equal(await settle(bench, lost), false)
  assert.ok(Date.now() - begun >= 1900, 'waited')
})
