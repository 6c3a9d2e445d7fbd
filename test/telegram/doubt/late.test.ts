import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bench, delivery, failureOf, text } from '../bench.ts'
import { bytesOf, sendings } from './sendings.ts'

for (const [method, content, messages] of sendings) {
  test(`what ${method} sends after its answer is not waited for any more is there once and found`, async () => {
    await using bench = await Bench.open({ graceMs: 600 })
    const group = bench.addGroup()
    const chat = `telegram:${group.id}` as const
    await bench.network.send(delivery({ chat, content: text('before') }))
    const job = {
      ...delivery({ chat, content, bytes: bytesOf }),
      mark: bench.network.mark?.(chat) ?? '',
    }
    const enough = new AbortController()
    bench.tg.faults.next(method, { delayMs: 300 })
    const attempt = failureOf(bench.network.send({ ...job, signal: enough.signal }))
    const before = bench.tg.callsOf(method).length
    await bench.tg.until('the request', () => bench.tg.callsOf(method).length > before)
    enough.abort()
    assert.equal((await attempt).verdict.kind, 'unsure')
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
  })
}
