import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Content } from '../../../src/bridge/event.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import { Bench, delivery, failureOf, file, text } from '../bench.ts'

/** `npm test` cuts behind every so manieth byte; EVERY_BYTE=1 behind each, which takes a minute or two. */
const stride = process.env['EVERY_BYTE'] === undefined ? 7 : 1

const album: Content = {
  kind: 'album',
  items: [1, 2].map(number => ({
    id: `P${number}`,
    kind: 'media',
    as: 'image',
    media: { source: `photo ${number}` },
    caption: plainText(`Photo ${number}`),
  })),
}

const sendings: readonly (readonly [method: string, content: Content, messages: number])[] = [
  ['sendMessage', text('in doubt'), 1],
  ['sendDocument', file('document', { fileName: 'a.pdf', size: 2000 }, 'A *plan*'), 1],
  ['sendMediaGroup', album, 2],
]

for (const [method, content, messages] of sendings) {
  test(`wherever the answer to ${method} is cut, what was sent is there once and found`, async () => {
    await using bench = await Bench.open()
    const chat = `telegram:${bench.addGroup().id}` as const
    const [group] = bench.groups
    assert.ok(group)
    await bench.network.send(delivery({ chat, content: text('before') }))
    let expected = group.transcript().length
    for (let cutAfter = 0, whole = false; !whole; cutAfter += stride) {
      const where = `cut behind ${cutAfter} bytes`
      const bytes = () => Readable.from([messages > 1 ? jpeg(100, 100) : Buffer.alloc(2000, 1)])
      const job = { ...delivery({ chat, content, bytes }), mark: bench.network.mark?.(chat) ?? '' }
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
    assert.ok(expected > messages * 20, 'it was cut at many places')
    bench.tg.assertNoSurprises()
  })
}
