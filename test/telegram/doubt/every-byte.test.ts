import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bench, delivery, failureOf, text } from '../bench.ts'
import { filesOf, otherSendings, sendings } from './sendings.ts'

/** `npm test` cuts behind every so manieth byte; EVERY_BYTE=1 behind each, which takes some minutes. */
const everySo = (bytes: number): number => (process.env['EVERY_BYTE'] === undefined ? bytes : 1)

const cases = [
  ...sendings.map(sending => ({ sending, stride: everySo(7), least: 20 })),
  ...otherSendings.map(sending => ({ sending, stride: everySo(59), least: 3 })),
]

for (const { sending, stride, least } of cases) {
  const { method, content, messages } = sending
  test(`wherever the answer to ${method} (${content.kind}) is cut, what was sent is there once and found`, async () => {
    await using bench = await Bench.open()
    const chat = `telegram:${bench.addGroup().id}` as const
    const [group] = bench.groups
    assert.ok(group)
    await bench.network.send(delivery({ chat, content: text('before') }))
    let expected = group.transcript().length
    for (let cutAfter = 0, whole = false; !whole; cutAfter += stride) {
      const where = `cut behind ${cutAfter} bytes`
      const job = {
        ...delivery({ chat, content, bytes: filesOf(sending) }),
        mark: bench.network.mark?.(chat) ?? '',
      }
      // Every other connection is broken, the others are ended.
      bench.tg.faults.next(method, { cutAfter, reset: cutAfter % 2 === 1 })
      const failure = await failureOf(bench.network.send(job)).catch(() => undefined)
      whole = failure === undefined
      if (failure !== undefined) {
        assert.equal(failure.verdict.kind, 'unsure', where)
        assert.equal(await bench.network.settle?.(job), true, where)
        // What is left of it, which is nothing.
        await bench.network.send(job)
      }
      expected += messages
      const seen: { readonly id: number }[] = group.transcript()
      assert.equal(seen.length, expected, where)
      assert.deepEqual(
        job.sent.map(({ id }) => Number(id)),
        seen.slice(-messages).map(({ id }) => id),
        where,
      )
      assert.ok(whole || cutAfter < 10_000, 'the answer has an end')
    }
    assert.ok(expected > messages * least, 'it was cut at many places')
    bench.tg.assertNoSurprises()
  })
}
