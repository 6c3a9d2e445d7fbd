import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bench, delivery, failureOf, text } from '../bench.ts'
import { cut, everySo, turnsFor } from './cuts.ts'
import { filesOf, otherSendings, sendings } from './sendings.ts'

const cases = [
  ...sendings.map(sending => ({
    sending,
    stride: everySo(sending.method === 'sendMessage' ? 1 : 7),
    least: 20,
  })),
  ...otherSendings.map(sending => ({ sending, stride: everySo(59), least: 3 })),
].flatMap(each => turnsFor(each.stride).map(turn => ({ ...each, turn })))

for (const { sending, stride, least, turn } of cases) {
  const { method, content, messages } = sending
  test(`wherever the answer to ${method} (${content.kind}) is cut, what was sent is there once and found`, async t => {
    await using bench = await Bench.open()
    const chat = `telegram:${bench.addGroup().id}` as const
    const [group] = bench.groups
    assert.ok(group)
    await bench.network.send(delivery({ chat, content: text('before') }))
    let expected = group.transcript().length
    let cuts = 0
    for (let cutAfter = 0, whole = false; !whole; cutAfter += stride) {
      const where = `cut behind ${cutAfter} bytes`
      const job = {
        ...delivery({ chat, content, bytes: filesOf(sending) }),
        mark: bench.network.mark?.(chat) ?? '',
      }
      bench.tg.faults.next(method, cut(cutAfter, turn))
      const failure = await failureOf(bench.network.send(job)).catch(() => undefined)
      whole = failure === undefined
      if (failure !== undefined) {
        cuts += 1
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
    t.diagnostic(`${cuts} cuts`)
    assert.ok(cuts >= least, `${cuts} cuts`)
    bench.tg.assertNoSurprises()
  })
}
