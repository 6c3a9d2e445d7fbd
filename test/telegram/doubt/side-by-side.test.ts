import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import type { Content, MediaContent } from '../../../src/bridge/event.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import type { Fault, SimChat } from '../../simulators/telegram/index.ts'
import { Bench, delivery, failureOf, file, type TestDelivery, text } from '../bench.ts'

const method = 'sendDocument'

const documentFor = (bench: Bench, chat: ChatRef, fileName: string): TestDelivery => ({
  ...delivery({ chat, content: file('document', { fileName }, fileName) }),
  mark: bench.network.mark?.(chat) ?? '',
})

/** Sends a document and gives up when the server has all of it, which goes on with it for so long. */
const giveUp = async (bench: Bench, job: TestDelivery, delayMs: number): Promise<void> => {
  const enough = new AbortController()
  bench.tg.faults.next(method, { delayMs })
  const attempt = failureOf(bench.network.send({ ...job, signal: enough.signal }))
  await bench.tg.until('the request', () => bench.tg.callsOf(method).length > 0)
  enough.abort()
  assert.equal((await attempt).verdict.kind, 'unsure')
}

const captionsOf = (group: SimChat): string[] => group.transcript().map(({ text: words }) => words)

const others: readonly (readonly [string, Fault | undefined])[] = [
  ['that arrives', undefined],
  ['that is refused', { error: 429, retryAfter: 1 }],
]

for (const [what, fault] of others) {
  test(`a file in doubt is waited for, whatever the server says of another one of the same chat ${what}`, async () => {
    await using bench = await Bench.open({ graceMs: bytes => (bytes === 0 ? 0 : 4000) })
    const group = bench.addGroup()
    const chat: ChatRef = `telegram:${group.id}`
    const [first, second] = ['first.pdf', 'second.pdf'].map(name => documentFor(bench, chat, name))
    assert.ok(first && second)
    await giveUp(bench, first, 1500)
    if (fault) bench.tg.faults.next(method, fault)
    const failure = await failureOf(bench.network.send(second)).catch(() => undefined)
    assert.equal(failure?.verdict.kind, fault && 'wait')
    assert.equal(await bench.network.settle?.(first), true)
    await bench.network.send(first)
    assert.deepEqual(captionsOf(group).sort(), fault ? ['first.pdf'] : ['first.pdf', 'second.pdf'])
  })
}

test('what a search comes past while something is sent into the same chat is known when that has ended', async () => {
  await using bench = await Bench.open()
  const group = bench.addGroup()
  const chat: ChatRef = `telegram:${group.id}`
  const isKnown = (id: string) =>
    group.transcript().some(seen => seen.text !== 'ONE' && seen.id === Number(id))
  let isBusy = true
  const restored = () => ({
    ...delivery({ chat, content: text('one') }),
    mark: bench.network.mark?.(chat) ?? '',
    restored: true as const,
    isKnown: (id: string) => !isBusy && isKnown(id),
  })
  await bench.network.send(delivery({ chat, content: text('before') }))
  const edited = restored()
  await bench.network.send(delivery({ chat, content: text('ONE') }))
  const lost = restored()
  await bench.restart()
  const settle = async (job: TestDelivery) => await bench.network.settle?.(job)
  const enough = new AbortController()
  bench.tg.faults.next('sendMessage', { lateMs: 60_000 })
  const another = delivery({ chat, content: text('another'), signal: enough.signal })
  const sending = failureOf(bench.network.send(another))
  await bench.tg.until('the other', () => group.transcript().length === 3)
  for (const job of [edited, lost])
    assert.deepEqual((await failureOf(settle(job))).verdict, { kind: 'wait', seconds: 1 })
  enough.abort()
  await sending
  isBusy = false
  assert.deepEqual([await settle(edited), await settle(lost)], ['perhaps', false])
})

test('what is kept of a file in doubt goes with the next file when the server cannot be at work on it any more', async () => {
  await using bench = await Bench.open({ graceMs: () => 20 })
  const chat: ChatRef = `telegram:${bench.addGroup().id}`
  const kept = () => [...bench.store.session('telegram').list('at-work')].length
  bench.tg.faults.next(method, 'reply-lost')
  const failure = await failureOf(bench.network.send(documentFor(bench, chat, 'first.pdf')))
  assert.equal(failure.verdict.kind, 'unsure')
  assert.equal(kept(), 1)
  await sleep(50)
  await bench.network.send(documentFor(bench, chat, 'second.pdf'))
  assert.equal(kept(), 0)
})

for (const [where, isSame] of [
  ['in the same chat', true],
  ['in a chat with the same message ids', false],
] as const) {
  test(`a text in doubt ${where} does not wait until the server is done with a file`, async () => {
    await using bench = await Bench.open({ graceMs: bytes => (bytes === 0 ? 0 : 60_000) })
    const elsewhere = bench.tg.addPrivateChat(bench.tg.addUser({ id: 7002, first_name: 'Ben' }))
    const home: ChatRef = `telegram:${bench.home.id}`
    await bench.network.send(delivery({ chat: home, content: text('before') }))
    const document = documentFor(bench, home, 'plan.pdf')
    bench.tg.faults.next(method, 'reply-lost')
    assert.equal((await failureOf(bench.network.send(document))).verdict.kind, 'unsure')
    const arrived = bench.home.transcript().at(-1)
    assert.equal(arrived?.text, 'plan.pdf')
    bench.owner.deletes(bench.home, arrived.id)

    const enough = new AbortController()
    let isWaiting = true
    const waiting = Promise.resolve(bench.network.settle?.({ ...document, signal: enough.signal }))
      .catch(() => undefined)
      .then(() => {
        isWaiting = false
      })
    const chat: ChatRef = isSame ? home : `telegram:${elsewhere.id}`
    const job = { ...delivery({ chat, content: text('in doubt') }), mark: bench.network.mark?.(chat) ?? '' }
    bench.tg.faults.next('sendMessage', 'reset-before')
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    assert.equal(await bench.network.settle?.(job), false)
    assert.equal(isWaiting, true)
    enough.abort()
    await waiting
  })
}

test('a text that another lane is just sending into the same chat is not taken for the one in doubt', async () => {
  await using bench = await Bench.open()
  const group = bench.addGroup()
  const chat: ChatRef = `telegram:${group.id}`
  await bench.network.send(delivery({ chat, content: text('before') }))
  const known: number[] = []
  const sameWords = (signal?: AbortSignal): TestDelivery => ({
    ...delivery({ chat, content: text('Yes'), known, ...(signal && { signal }) }),
    mark: bench.network.mark?.(chat) ?? '',
  })
  const inDoubt = sameWords()
  bench.tg.faults.next('sendMessage', 'reset-before')
  assert.equal((await failureOf(bench.network.send(inDoubt))).verdict.kind, 'unsure')

  // It stands there, and its answer is still on its way.
  const enough = new AbortController()
  const other = sameWords(enough.signal)
  bench.tg.faults.next('sendMessage', { lateMs: 60_000 })
  const sending = failureOf(bench.network.send(other))
  const shown = await bench.tg.until('the other one', () => group.transcript()[1])
  assert.ok(bench.network.settle)
  assert.equal((await failureOf(bench.network.settle(inDoubt))).verdict.kind, 'wait')
  assert.deepEqual(inDoubt.sent, [])

  enough.abort()
  assert.equal((await sending).verdict.kind, 'unsure')
  const { signal: _, ...rest } = other
  assert.equal(await bench.network.settle({ ...rest, signal: new AbortController().signal }), true)
  known.push(shown.id)
  assert.equal(await bench.network.settle(inDoubt), false)
})

const picture: MediaContent = { kind: 'media', as: 'image', media: { source: 'x' }, caption: plainText('') }
const album: Content = {
  kind: 'album',
  items: [1, 2, 3].map(number => ({ ...picture, id: `P${number}` })),
}

for (const [what, content, call] of [
  ['a photo', picture, 'sendPhoto'],
  ['an album', album, 'sendMediaGroup'],
] as const)
  test(`${what} in doubt waits for no slow file of the same chat, which cannot stand there yet`, async () => {
    await using bench = await Bench.open()
    const group = bench.addGroup()
    const chat: ChatRef = `telegram:${group.id}`
    await bench.network.send(delivery({ chat, content: text('before') }))
    const mark = bench.network.mark?.(chat) ?? ''
    const lost = { ...delivery({ chat, content, bytes: jpeg(8, 8) }), mark }
    bench.tg.faults.next(call, 'reply-lost')
    assert.equal((await failureOf(bench.network.send(lost))).verdict.kind, 'unsure')
    const line = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const slowly = () =>
      Readable.from(
        (async function* () {
          yield jpeg(8, 8).subarray(0, 50)
          begun.resolve()
          await line.promise
          yield jpeg(8, 8).subarray(50)
        })(),
      )
    const slow = delivery({ chat, content, bytes: slowly })
    const sending = bench.network.send(slow)
    try {
      await begun.promise
      assert.equal(await bench.network.settle?.(lost), true)
    } finally {
      line.resolve()
      await sending
    }
    assert.equal(group.transcript().length, 1 + 2 * lost.sent.length)
  })
