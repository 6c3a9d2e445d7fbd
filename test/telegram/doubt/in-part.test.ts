import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content } from '../../../src/bridge/event.ts'
import type { Delivery } from '../../../src/bridge/network.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import { Bench, delivery, failureOf, file, type TestDelivery, text } from '../bench.ts'

const album: Content = {
  kind: 'album',
  items: [1, 2, 3].map(number => ({
    id: `P${number}`,
    kind: 'media',
    as: 'image',
    media: { source: `photo ${number}` },
    caption: plainText(''),
  })),
}

const open = async () => {
  const bench = await Bench.open()
  const group = bench.addGroup()
  const chat = `telegram:${group.id}` as const
  await bench.network.send(delivery({ chat, content: text('before') }))
  const mark = bench.network.mark?.(chat) ?? ''
  return {
    bench,
    group,
    job: (content: Content): TestDelivery => delivery({ chat, content, mark, bytes: jpeg(8, 8) }),
    shown: () => group.transcript().length - 1,
    settle: async (job: Delivery) => await bench.network.settle?.(job),
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  }
}

const refusals = ['Message was not sent', 'Too Many Requests: retry after 8'].map(
  why => `Bad Request: failed to send message #2 with the error message "${why}"`,
)

for (const description of refusals) {
  test(`an album of which Telegram took a part is not sent again: ${description}`, async () => {
    await using scene = await open()
    const job = scene.job(album)
    scene.bench.tg.faults.next('sendMediaGroup', { error: 400, description, done: true, stays: 2 })
    assert.equal((await failureOf(scene.bench.network.send(job))).verdict.kind, 'unsure')
    const { verdict, neverKnown } = await failureOf(scene.settle(job))
    assert.deepEqual([verdict.kind, neverKnown, job.sent, scene.shown()], ['reject', true, [], 2])
  })

  test(`an album of which Telegram took nothing is sent again, as an album: ${description}`, async () => {
    await using scene = await open()
    const job = scene.job(album)
    scene.bench.tg.faults.next('sendMediaGroup', { error: 400, description })
    assert.equal((await failureOf(scene.bench.network.send(job))).verdict.kind, 'unsure')
    assert.equal(await scene.settle(job), false)
    await scene.bench.network.send(job)
    const groups = new Set(scene.group.transcript().map(seen => seen.mediaGroup))
    assert.deepEqual([job.sent.length, scene.shown(), groups.size], [3, 3, 2])
  })
}

for (const description of refusals) {
  test(`an album of which Telegram takes nothing three times goes item by item, each once: ${description}`, async () => {
    await using scene = await open()
    const { tg, network } = scene.bench
    const job = scene.job(album)
    tg.faults.next('sendMediaGroup', { error: 400, description }, { times: 1000 })
    tg.faults.next('sendPhoto', 'reply-lost')
    for (let tries = 1; tries <= 4; tries++) {
      assert.equal((await failureOf(network.send(job))).verdict.kind, 'unsure')
      assert.equal(scene.shown(), tries === 4 ? 1 : 0)
      assert.equal(await scene.settle(job), tries === 4)
    }
    await network.send(job)
    assert.equal(tg.callsOf('sendMediaGroup').length, 3)
    const shown = scene.group.transcript().slice(1)
    assert.deepEqual(
      shown.map(({ id, mediaGroup }) => [String(id), mediaGroup]),
      job.sent.map(({ id }) => [id, undefined]),
    )
    assert.equal(shown.length, 3)
    // What is refused so of another album has its own tries.
    const next = scene.job(album)
    assert.equal((await failureOf(network.send(next))).verdict.kind, 'unsure')
    assert.deepEqual([tg.callsOf('sendMediaGroup').length, scene.shown()], [4, 3])
  })
}

test('a wait that is asked for in a 400 is kept', async () => {
  await using scene = await open()
  const waits: number[] = []
  const turn = {
    end: () => undefined,
    lost: () => undefined,
    refused: (seconds: number) => waits.push(seconds),
    lastByte: async () => undefined,
  }
  const job = { ...scene.job(text('ok')), turn: async () => turn }
  const description = 'Bad Request: Too Many Requests: retry after 8'
  scene.bench.tg.faults.next('sendMessage', { error: 400, description })
  assert.deepEqual((await failureOf(scene.bench.network.send(job))).verdict, { kind: 'wait', seconds: 8 })
  assert.deepEqual(waits, [8])
})

for (const beside of [0, 1, 2]) {
  test(`an album of which item ${beside + 1} stands beside it is neither sent again nor mistaken`, async () => {
    await using scene = await open()
    scene.group.state.besideAlbum = beside
    const job = scene.job(album)
    scene.bench.tg.faults.next('sendMediaGroup', 'reply-lost')
    assert.equal((await failureOf(scene.bench.network.send(job))).verdict.kind, 'unsure')
    const { verdict, neverKnown } = await failureOf(scene.settle(job))
    assert.deepEqual([verdict.kind, neverKnown, job.sent, scene.shown()], ['reject', true, [], 3])
    // Where it is answered, each is known.
    const next = scene.job(album)
    await scene.bench.network.send(next)
    assert.deepEqual([next.sent.length, scene.shown()], [3, 6])
  })
}

for (const [what, content, stays] of [
  ['a text', text('ok'), 0],
  ['a photo', file('image'), 0],
  ['an album', album, 2],
] as const) {
  test(`${what} that somebody deletes at once is not sent again, in no form`, async () => {
    await using scene = await open()
    const job = scene.job(content)
    const description = "Internal Server Error: sent message was immediately deleted and can't be returned"
    scene.bench.tg.faults.next('*', { error: 500, description, done: true, stays }, { times: 9 })
    const { verdict, chatUnreachable, neverKnown, message } = await failureOf(scene.bench.network.send(job))
    assert.deepEqual([verdict.kind, chatUnreachable, job.sent], ['reject', true, []])
    assert.equal(neverKnown, content.kind === 'album')
    assert.match(message, /deletes at once what the bot writes/)
    assert.deepEqual([scene.bench.tg.faults.waiting, scene.shown()], [8, stays])
  })
}

test('an album of which one picture went by itself, and is in doubt, goes on beside a picture of another one', async () => {
  await using scene = await open()
  const { tg, network } = scene.bench
  const description = "Internal Server Error: sent message was immediately deleted and can't be returned"
  tg.faults.next('sendMediaGroup', { error: 500, description, done: true, stays: 1 })
  await failureOf(network.send(scene.job(album)))
  const job = scene.job(album)
  tg.faults.next('sendMediaGroup', { error: 400, description: 'Bad Request: PHOTO_INVALID_DIMENSIONS' })
  tg.faults.next('sendPhoto', 'reply-lost')
  assert.equal((await failureOf(network.send(job))).verdict.kind, 'unsure')
  assert.deepEqual([job.sent.length, scene.shown()], [0, 2])
  assert.equal(await scene.settle(job), true)
  assert.equal(job.sent.length, 1)
  await network.send(job)
  assert.deepEqual(
    job.sent.map(({ id }) => Number(id)),
    scene.group
      .transcript()
      .slice(2)
      .map(({ id }) => id),
  )
})
