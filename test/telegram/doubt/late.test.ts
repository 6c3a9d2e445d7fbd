import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TelegramOptions } from '../../../src/telegram/connection.ts'
import { Bench, delivery, failureOf, text } from '../bench.ts'
import { bytesOf, sendings } from './sendings.ts'

/** Gives up while the server is still at work on the request, which it does some time later. */
const giveUp = async (
  [method, content]: (typeof sendings)[number],
  options: { readonly lateByMs: number; readonly graceMs: TelegramOptions['graceMs'] },
) => {
  const bench = await Bench.open({ graceMs: options.graceMs ?? (() => 0) })
  const group = bench.addGroup()
  const chat = `telegram:${group.id}` as const
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = { ...delivery({ chat, content, bytes: bytesOf }), mark: bench.network.mark?.(chat) ?? '' }
  const enough = new AbortController()
  bench.tg.faults.next(method, { delayMs: options.lateByMs })
  const attempt = failureOf(bench.network.send({ ...job, signal: enough.signal }))
  const before = bench.tg.callsOf(method).length
  await bench.tg.until('the request', () => bench.tg.callsOf(method).length > before)
  enough.abort()
  assert.equal((await attempt).verdict.kind, 'unsure')
  return { bench, group, job }
}

const goOn = async ({ bench, group, job }: Awaited<ReturnType<typeof giveUp>>, messages: number) => {
  assert.equal(await bench.network.settle?.(job), true)
  await bench.network.send(job)
  assert.deepEqual(
    job.sent.map(({ id }) => Number(id)),
    group
      .transcript()
      .slice(1)
      .map(({ id }) => id),
  )
  assert.equal(job.sent.length, messages)
  bench.tg.assertNoSurprises()
}

for (const sending of sendings) {
  const [method, , messages] = sending
  test(`what ${method} sends after its answer is not waited for any more is there once and found`, async () => {
    const scene = await giveUp(sending, { lateByMs: 300, graceMs: () => 600 })
    await using _ = scene.bench
    await goOn(scene, messages)
  })
}

for (const sending of sendings.filter(([method]) => method !== 'sendMessage')) {
  const [method, , messages] = sending
  test(`a file takes the server longer than a text: what ${method} sends late is waited for, after a restart too`, async () => {
    const graceMs = (bytes: number): number => (bytes === 0 ? 0 : 1500)
    for (const restarts of [false, true]) {
      const scene = await giveUp(sending, { lateByMs: 700, graceMs })
      await using _ = scene.bench
      if (restarts) await scene.bench.restart()
      await goOn(scene, messages)
    }
  })
}

test('a file of which the server said no is not waited for', async () => {
  await using bench = await Bench.open({ graceMs: bytes => (bytes === 0 ? 0 : 60_000) })
  const group = bench.addGroup()
  const [, document] = sendings
  assert.ok(document)
  const [method, content] = document
  const chat = `telegram:${group.id}` as const
  const job = { ...delivery({ chat, content, bytes: bytesOf }), mark: bench.network.mark?.(chat) ?? '' }
  bench.tg.faults.next(method, { error: 500, description: 'Internal Server Error: restart' })
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  const began = Date.now()
  assert.equal(await bench.network.settle?.(job), false)
  assert.ok(Date.now() - began < 30_000)
})
