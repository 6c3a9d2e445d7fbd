import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import type { Content } from '../../../src/bridge/event.ts'
import type { Settled } from '../../../src/bridge/network.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { openMarks } from '../../../src/telegram/marks.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import type { Fault, SimChat } from '../../simulators/telegram/index.ts'
import { Bench, delivery, failureOf, mostTries, type TestDelivery, text } from '../bench.ts'

const question = 'editMessageReplyMarkup'

/** What may become of the answer to a question, and what the search makes of it. */
const faults: readonly (readonly [Fault, verdict: string])[] = [
  ['reply-lost', 'retry'],
  ['reset-before', 'retry'],
  [{ cutAfter: 60 }, 'retry'],
  [{ cutAfter: 150, reset: true }, 'retry'],
  [{ status: 502, html: '<h1>Bad Gateway</h1>', done: true }, 'retry'],
  [{ error: 500, description: 'Internal Server Error: restart', done: true }, 'retry'],
  [{ error: 429, retryAfter: 31 }, 'wait'],
  ...[400, 401, 403, 404].map(status => [{ status, html: `<h1>${status}</h1>` }, 'offline'] as const),
]

interface Scene {
  readonly group: SimChat
  readonly job: TestDelivery
}

/**
 * A message whose answer was lost, among those of people, one of the bridge that was deleted, and one of the bot that
 * nobody has linked.
 */
const loseAnswer = async (bench: Bench, group: SimChat): Promise<Scene> => {
  const chat: ChatRef = `telegram:${group.id}`
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = { ...delivery({ chat, content: text('in doubt') }), mark: bench.network.mark?.(chat) ?? '' }
  bench.owner.sends(group, 'in doubt')
  await bench.network.send(delivery({ chat, content: text('of another job') }))
  const gone = bench.owner.sends(group, 'oops')
  bench.owner.deletes(group, gone.message_id)
  bench.tg.faults.next('sendMessage', 'reply-lost')
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  bench.owner.sends(group, 'behind it')
  return { group, job }
}

const settle = async (bench: Bench, job: TestDelivery): Promise<Settled> => {
  assert.ok(bench.network.settle)
  return await bench.network.settle(job)
}

const assertOnce = ({ group, job }: Scene, what: string): void => {
  const seen = group.transcript()
  assert.deepEqual(
    seen.map(each => [each.text, each.buttons, each.edited]),
    ['before', 'in doubt', 'of another job', 'in doubt', 'behind it'].map(words => [words, [], false]),
    what,
  )
  assert.deepEqual(
    job.sent.map(({ id }) => Number(id)),
    [seen[3]?.id],
    what,
  )
}

for (const [fault, verdict] of faults) {
  test(`a search whose questions meet ${JSON.stringify(fault)} finds the message all the same`, async () => {
    await using bench = await Bench.open()
    let struck = 0
    for (let nth = 1, whole = false; !whole; nth += 1) {
      const what = `question ${nth}`
      const scene = await loseAnswer(bench, bench.addGroup())
      let left = nth
      bench.tg.faults.next(question, fault, {
        when: ({ chat_id: chat }) => chat === scene.group.id && --left <= 0,
        times: verdict === 'retry' ? mostTries : 1,
      })
      const failure = await failureOf(settle(bench, scene.job)).catch(() => undefined)
      whole = failure === undefined
      if (failure) {
        struck += 1
        assert.equal(failure.verdict.kind, verdict, what)
        assert.deepEqual(scene.job.sent, [], what)
        // Every other time what a search remembers is gone, too.
        if (nth % 2 === 0) await bench.restart()
        assert.equal(await settle(bench, scene.job), true, what)
      }
      assertOnce(scene, what)
    }
    assert.ok(struck >= 4, `${struck} questions`)
    bench.tg.assertNoSurprises()
  })
}

for (const isThere of [true, false]) {
  test(`on a line on which every second question fails, one look says that a message is ${isThere ? '' : 'not '}there`, async () => {
    await using bench = await Bench.open()
    const chat: ChatRef = `telegram:${bench.addGroup().id}`
    await bench.network.send(delivery({ chat, content: text('before') }))
    const faults = ['reset-before', 'reply-lost', { error: 502, done: true }] as const
    const either = faults.flatMap(fault => [0, 1].map(failing => ({ fault, failing })))
    for (const { fault, failing } of either) {
      const mark = bench.network.mark?.(chat) ?? ''
      const job: TestDelivery = {
        ...delivery({ chat, content: text(JSON.stringify({ fault, failing })) }),
        mark,
      }
      bench.tg.faults.next('sendMessage', isThere ? 'reply-lost' : 'reset-before')
      assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
      let asked = 0
      bench.tg.faults.next(question, fault, { times: 1_000_000, when: () => ++asked % 2 === failing })
      assert.equal(await settle(bench, job), isThere)
      assert.equal(job.sent.length, isThere ? 1 : 0)
      assert.ok(asked > 30 || isThere, `${asked} questions`)
      bench.tg.faults.clear()
    }
    bench.tg.assertNoSurprises()
  })
}

test('each message of the bot that a search looks at costs two edits, and has its buttons then', async () => {
  await using bench = await Bench.open()
  const group = bench.addGroup()
  const chat: ChatRef = `telegram:${group.id}`
  const file = (id: string) =>
    ({ id, kind: 'media', as: 'image', media: { source: id }, caption: plainText('') }) as const
  const contents: Content[] = [
    text('in doubt'),
    { kind: 'poll', question: 'Where?', options: ['Here', 'There'], choices: 1 },
    { kind: 'album', items: [file('1'), file('2'), file('3')] },
  ]
  for (const content of contents) {
    await bench.network.send(delivery({ chat, content: text('before') }))
    const before = group.transcript().length
    const mark = bench.network.mark?.(chat) ?? ''
    const job: TestDelivery = { ...delivery({ chat, content, bytes: jpeg(8, 8) }), mark }
    bench.tg.faults.next(content.kind === 'album' ? 'sendMediaGroup' : 'sendMessage', 'reply-lost')
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    const seen = group.transcript().slice(before)
    assert.equal(await settle(bench, job), true, content.kind)
    const asked = (id: number) =>
      bench.tg.calls.filter(({ method, params }) => method === question && params['message_id'] === id)
    assert.deepEqual(
      seen.map(({ id }) => [id, asked(id).length]),
      job.sent.map(({ id }) => [Number(id), 2]),
    )
    assert.deepEqual(group.transcript().slice(before), seen)
  }
})

test('where the bot was removed, nothing is sent again, and the search goes on when it is let in', async () => {
  await using bench = await Bench.open()
  const scene = await loseAnswer(bench, bench.addGroup())
  bench.tg.kick(scene.group)
  for (const attempt of [() => settle(bench, scene.job), () => bench.network.send(scene.job)]) {
    const { verdict, chatUnreachable } = await failureOf(attempt())
    assert.deepEqual([verdict.kind, chatUnreachable], ['reject', true])
  }
  bench.tg.readmit(scene.group)
  assert.equal(await settle(bench, scene.job), true)
  assertOnce(scene, 'after it')
})

test('whoever claims that ids have leapt by millions does not keep a search busy for ever', async () => {
  await using bench = await Bench.open()
  const { group, job } = await loseAnswer(bench, bench.addGroup())
  const arrived = group.transcript().findLast(({ text: words }) => words === 'in doubt')
  assert.ok(arrived)
  bench.owner.deletes(group, arrived.id)
  openMarks(bench.store.session('telegram')).raise(group.id, 2_000_000_000)
  await bench.restart()
  assert.equal(await settle(bench, job), false)
  assert.ok(bench.tg.calls.filter(({ method }) => method === question).length < 1000)
})

test('an id that no message can have moves no search, wherever it comes from', async () => {
  await using bench = await Bench.open()
  const { group, job } = await loseAnswer(bench, bench.addGroup())
  const marks = openMarks(bench.store.session('telegram'))
  const top = marks.top(group.id)
  for (const id of [2 ** 31, 2 ** 53 - 1, 2 ** 53, 1e308, 0.5, -1, Number.NaN]) {
    marks.raise(group.id, id)
    marks.take(group.id, id)
    marks.takePost(group.id, id)
    assert.equal(marks.isTaken(group.id, id), false)
  }
  assert.equal(marks.top(group.id), top)
  await bench.restart()
  assert.equal(await settle(bench, job), true)
  assert.ok(bench.tg.calls.filter(({ method }) => method === question).length < 20)
})

test('a search among thousands of messages stops in between, and goes on where it was', async () => {
  await using bench = await Bench.open()
  const group = bench.addGroup()
  const chat: ChatRef = `telegram:${group.id}`
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = { ...delivery({ chat, content: text('in doubt') }), mark: bench.network.mark?.(chat) ?? '' }
  for (let turn = 0; turn < 2500; turn += 1) bench.owner.sends(group, `${turn}`)
  bench.tg.faults.next('sendMessage', 'reply-lost')
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  const asked = () => bench.tg.calls.filter(({ method }) => method === question).length
  for (const most of [1100, 2200]) {
    assert.equal((await failureOf(settle(bench, job))).verdict.kind, 'retry')
    assert.ok(asked() <= most, `${asked()} questions`)
  }
  assert.equal(await settle(bench, job), true)
  assert.ok(asked() < 2700, `${asked()} questions`)
})

test('whoever says of every id that somebody else’s stands there does not keep searches busy for ever, attempt after attempt', async () => {
  await using bench = await Bench.open()
  const { group, job } = await loseAnswer(bench, bench.addGroup())
  const foreign = { error: 400, description: "Bad Request: message can't be edited" } as const
  bench.tg.faults.next(question, foreign, { times: 1_000_000 })
  const ends: string[] = []
  const asked = () => bench.tg.callsOf(question).length
  while (ends.at(-1) !== 'reject') {
    const before = asked()
    const { verdict, neverKnown } = await failureOf(settle(bench, job))
    ends.push(verdict.kind)
    assert.equal(neverKnown, false)
    assert.ok(asked() - before <= 1000, `${asked() - before} questions at once`)
    assert.ok(ends.length < 10, `${asked()} questions`)
  }
  // One stands before a message of the bridge, and is not among the 5,000.
  assert.equal(group.transcript()[1]?.text, 'in doubt')
  assert.equal(asked(), 5001)
  assert.equal((await failureOf(settle(bench, job))).verdict.kind, 'reject')
  assert.equal(asked(), 5001)
  assert.deepEqual(job.sent, [])
})

for (const isHeard of [true, false]) {
  test(`what never arrived is sent again however many others have written since, ${isHeard ? 'where word of them came' : 'as soon as word of them comes'}`, async () => {
    await using bench = await Bench.open()
    const group = bench.addGroup()
    const chat: ChatRef = `telegram:${group.id}`
    await bench.network.send(delivery({ chat, content: text('before') }))
    const job = { ...delivery({ chat, content: text('in doubt') }), mark: bench.network.mark?.(chat) ?? '' }
    bench.tg.faults.next('sendMessage', 'reset-before')
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    for (let turn = 0; turn < 5100; turn += 1) bench.owner.sends(group, `${turn}`)
    const hear = async () => {
      await bench.connect()
      await bench.tg.until('that to be taken in', () => bench.tg.pendingUpdates === 0)
    }
    if (isHeard) {
      await hear()
      await bench.restart()
    }
    const ends: string[] = []
    for (let at = 0; at < (isHeard ? 5 : 6); at += 1)
      ends.push((await failureOf(settle(bench, job))).verdict.kind)
    assert.deepEqual(ends, [...Array.from({ length: 5 }, () => 'retry'), ...(isHeard ? [] : ['reject'])])
    if (!isHeard) await hear()
    assert.equal(await settle(bench, job), false)
    await bench.network.send(job)
    assert.equal(group.transcript().filter(({ text: words }) => words === 'in doubt').length, 1)
  })
}

test('answers that say nothing for a while do not wear the search out, however many stand behind the message', async () => {
  await using bench = await Bench.open()
  const { group, job } = await loseAnswer(bench, bench.addGroup())
  for (let turn = 0; turn < 120; turn += 1) bench.owner.sends(group, `${turn}`)
  await bench.connect()
  await bench.tg.until('that to be taken in', () => bench.tg.pendingUpdates === 0)
  await bench.restart()
  const odd = { error: 400, description: 'Bad Request: NEW_WORDS' } as const
  bench.tg.faults.next(question, odd, { times: 1_000_000 })
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const { verdict, neverKnown } = await failureOf(settle(bench, job))
    assert.deepEqual([verdict.kind, neverKnown], ['reject', false])
  }
  assert.ok(bench.tg.callsOf(question).length > 1000)
  bench.tg.faults.clear()
  assert.equal(await settle(bench, job), true)
  assert.equal(group.transcript()[3]?.id, Number(job.sent[0]?.id))
})

test('where most answers say nothing, a search among thousands does not begin anew for a day', async () => {
  await using bench = await Bench.open()
  const { group, job } = await loseAnswer(bench, bench.addGroup())
  bench.owner.deletes(group, group.transcript()[3]?.id ?? 0)
  for (let turn = 0; turn < 2500; turn += 1) bench.owner.sends(group, `${turn}`)
  await bench.connect()
  await bench.tg.until('that to be taken in', () => bench.tg.pendingUpdates === 0)
  await bench.restart()
  const odd = { error: 400, description: 'Bad Request: NEW_WORDS' } as const
  bench.tg.faults.next(question, odd, { times: 1_000_000, when: ({ message_id: id }) => Number(id) % 3 > 0 })
  assert.equal((await failureOf(settle(bench, job))).verdict.kind, 'reject')
  assert.deepEqual(job.sent, [])
})

test('what stands in a busy group is asked about once, however often a message has to be sent again', async () => {
  await using bench = await Bench.open()
  const { group, job } = await loseAnswer(bench, bench.addGroup())
  const arrived = group.transcript().findLast(({ text: words }) => words === 'in doubt')
  assert.ok(arrived)
  bench.owner.deletes(group, arrived.id)
  for (let turn = 0; turn < 50; turn += 1) bench.owner.sends(group, `${turn}`)
  assert.equal(await settle(bench, job), false)
  const before = bench.tg.callsOf(question).length
  assert.ok(before > 50)
  bench.tg.faults.next('sendMessage', { error: 500, description: 'Internal Server Error' })
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  assert.equal(await settle(bench, job), false)
  const more = bench.tg.callsOf(question).length - before
  assert.ok(more < 50, `${more} questions more`)
  bench.tg.faults.next('sendMessage', 'reply-lost')
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  assert.equal(await settle(bench, job), true)
})

for (const [what, answerLateMs, questionLateMs] of [
  ['before its answer has come', 1500, 0],
  ['when its answer has just come', 300, 1000],
] as const) {
  test(`what is being sent into the same chat keeps its buttons when a search comes past ${what}`, async () => {
    await using bench = await Bench.open()
    const { group, job } = await loseAnswer(bench, bench.addGroup())
    const arrived = group.transcript().findLast(({ text: words }) => words === 'in doubt')
    assert.ok(arrived)
    bench.owner.deletes(group, arrived.id)
    const poll: Content = { kind: 'poll', question: 'Where?', options: ['Here', 'There'], choices: 1 }
    const seen = () => group.transcript().findLast(({ text: words }) => words.includes('Where?'))
    bench.tg.faults.next('sendMessage', { lateMs: answerLateMs })
    const sending = bench.network.send(delivery({ chat: `telegram:${group.id}`, content: poll }))
    const { id } = await bench.tg.until('the poll', seen)
    const when = ({ message_id: asked }: Readonly<Record<string, unknown>>) => asked === id
    bench.tg.faults.next(question, { delayMs: questionLateMs }, { when })
    assert.equal(await settle(bench, job), false)
    await sending
    assert.deepEqual(seen()?.buttons, [['Here'], ['There']])
    bench.tg.assertNoSurprises()
  })
}

test('nothing is remembered of the search for a message that is given up', async () => {
  await using bench = await Bench.open()
  const { job } = await loseAnswer(bench, bench.addGroup())
  bench.tg.faults.next(
    question,
    { error: 400, description: 'Bad Request: NEW_WORDS' },
    {
      when: ({ reply_markup: markup }) => markup !== undefined && bench.tg.callsOf(question).length > 2,
      times: 1_000_000,
    },
  )
  const asked = async (): Promise<number> => {
    const before = bench.tg.callsOf(question).length
    assert.equal((await failureOf(settle(bench, job))).verdict.kind, 'reject')
    return bench.tg.callsOf(question).length - before
  }
  const all = await asked()
  const rest = await asked()
  assert.ok(rest < all, `${rest} of ${all}`)
  bench.network.forget?.(job.messageId)
  assert.ok((await asked()) > rest)
})

test('what was sent since a backup that knew nothing of the chat is found, also when others have written behind it', async () => {
  await using bench = await Bench.open()
  const group = bench.addGroup()
  const chat = `telegram:${group.id}` as const
  const job = delivery({ chat, content: text('Hello') })
  await bench.network.send(job)
  job.sent.splice(0)
  await bench.restart({ tops: [] })
  await bench.connect()
  bench.owner.sends(group, 'behind it')
  await bench.tg.until('that to be taken in', () => bench.tg.pendingUpdates === 0)
  const mark = bench.network.mark?.(chat, 'backup') ?? ''
  assert.equal(await bench.network.settle?.({ ...job, mark }), true)
  assert.deepEqual(
    job.sent.map(({ id }) => Number(id)),
    [group.transcript()[0]?.id],
  )
})
