import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TelegramOptions } from '../../../src/telegram/connection.ts'
import { Bench, delivery, failureOf } from '../bench.ts'
import { goOn, openScene } from './scene.ts'
import { filesOf, otherSendings, type Sending, sendings } from './sendings.ts'

/** Gives up while the server is still at work on the request, which it does some time later. */
const giveUp = async (
  sending: Sending,
  options: { readonly lateByMs: number; readonly graceMs: TelegramOptions['graceMs'] },
) => {
  const { method } = sending
  const scene = await openScene(sending, { graceMs: options.graceMs ?? (() => 0) })
  const { bench, job } = scene
  const enough = new AbortController()
  bench.tg.faults.next(method, { delayMs: options.lateByMs })
  const attempt = failureOf(bench.network.send({ ...job, signal: enough.signal }))
  const before = bench.tg.callsOf(method).length
  await bench.tg.until('the request', () => bench.tg.callsOf(method).length > before)
  enough.abort()
  assert.equal((await attempt).verdict.kind, 'unsure')
  return scene
}

// Side by side, for they wait. The times leave room for a machine that is slow.
describe('what is sent after its answer is not waited for any more is there once and found', {
  concurrency: 6,
}, () => {
  for (const sending of [...sendings, ...otherSendings]) {
    test(`${sending.method} (${sending.content.kind})`, async () => {
      const scene = await giveUp(sending, { lateByMs: 300, graceMs: () => 3000 })
      await using _ = scene.bench
      await goOn(scene, sending)
    })
  }

  for (const sending of sendings.filter(({ method }) => method !== 'sendMessage')) {
    for (const [when, restarts] of [
      ['longer than a text', false],
      ['over a restart', true],
    ] as const) {
      test(`${sending.method}, for which the server may take ${when}`, async () => {
        const graceMs = (bytes: number): number => (bytes === 0 ? 0 : 3000)
        const scene = await giveUp(sending, { lateByMs: 1000, graceMs })
        await using _ = scene.bench
        if (restarts) await scene.bench.restart()
        await goOn(scene, sending)
      })
    }
  }
})

test('what arrives while the answer to a question about its id is on its way is found at the second look', async () => {
  const [words] = sendings
  assert.ok(words)
  const { bench, group, job } = await giveUp(words, { lateByMs: 1000, graceMs: () => 3000 })
  await using _ = bench
  await bench.network.start()
  const id = Number(group.transcript()[0]?.id) + 1
  // Nothing stands there when it is asked for, and the answer comes when something does.
  bench.tg.faults.next(
    'editMessageReplyMarkup',
    { lateMs: 2000 },
    { when: params => params['message_id'] === id },
  )
  const settling = bench.network.settle?.(job)
  await bench.tg.until('the message', () => group.transcript().length === 2)
  bench.owner.sends(group, 'Hi')
  assert.equal(await settling, true)
  assert.deepEqual(
    job.sent.map(sent => Number(sent.id)),
    [id],
  )
})

test('a file of which the server said no is not waited for', async () => {
  await using bench = await Bench.open({ graceMs: bytes => (bytes === 0 ? 0 : 60_000) })
  const group = bench.addGroup()
  const [, document] = sendings
  assert.ok(document)
  const { method, content } = document
  const chat = `telegram:${group.id}` as const
  const job = {
    ...delivery({ chat, content, bytes: filesOf(document) }),
    mark: bench.network.mark?.(chat) ?? '',
  }
  bench.tg.faults.next(method, { error: 500, description: 'Internal Server Error: restart' })
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  const began = Date.now()
  assert.equal(await bench.network.settle?.(job), false)
  assert.ok(Date.now() - began < 60_000)
})
