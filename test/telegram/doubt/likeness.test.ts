import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Content } from '../../../src/bridge/event.ts'
import { files } from '../../simulators/samples.ts'
import { Bench, delivery, failureOf, file, type TestDelivery } from '../bench.ts'

const place = (latitude: number, name?: string): Content => ({
  kind: 'location',
  latitude,
  longitude: 11.5,
  ...(name !== undefined && { name }),
})
const contact = (name: string, phone: string): Content => ({
  kind: 'contacts',
  contacts: [{ name, phones: [phone], vcard: '' }],
})
const moving = (source: string): Content =>
  file('sticker', { source, animated: true, mimeType: 'image/webp' })
const bytesOf = (content: Content): Uint8Array =>
  content.kind === 'media' && content.media.animated
    ? files.movingSticker()
    : Buffer.alloc(content.kind === 'media' ? (content.media.size ?? 0) : 0, 1)

/** What says the same, or nothing, and is told by something else. */
const pairs: readonly (readonly [what: string, missing: Content, there: Content])[] = [
  ['places', place(48.1), place(48.2)],
  ['places with other names', place(48.1, 'Zoo'), place(48.1, 'Museum')],
  ['contacts with other numbers', contact('Ben', '+15550000002'), contact('Ben', '+15550000003')],
  ['stickers', file('sticker', { size: 2000 }), file('sticker', { size: 3000 })],
  ['moving stickers', moving('one'), moving('two')],
  ['voice notes', file('voice', { size: 2000 }), file('voice', { size: 3000 })],
]

for (const [what, missing, there] of pairs)
  for (const first of ['missing', 'there'] as const)
    test(`of two ${what} in doubt in one chat the one that is there is not taken for the other (looked for first: the one that is ${first})`, async () => {
      await using bench = await Bench.open()
      const group = bench.addGroup()
      const chat = `telegram:${group.id}` as const
      await bench.network.send(delivery({ chat, content: place(0) }))
      const known: number[] = []
      const begin = (content: Content): TestDelivery => ({
        ...delivery({ chat, content, known, bytes: () => Readable.from([bytesOf(content)]) }),
        mark: bench.network.mark?.(chat) ?? '',
      })
      const [lost, come] = [begin(missing), begin(there)]
      const beside = (other: TestDelivery) => () => {
        const rendered = bench.network.render?.(other) ?? assert.fail()
        return [{ rendered, inDoubt: true as const }]
      }
      const jobs = { missing: { ...lost, beside: beside(come) }, there: { ...come, beside: beside(lost) } }
      bench.tg.faults.next('*', 'reset-before')
      // Of what is still being made nothing can be there, which a run that is killed cannot say.
      const verdict = what === 'moving stickers' ? 'retry' : 'unsure'
      assert.equal((await failureOf(bench.network.send(jobs.missing))).verdict.kind, verdict)
      bench.tg.faults.next('*', 'reply-lost')
      assert.equal((await failureOf(bench.network.send(jobs.there))).verdict.kind, 'unsure')
      await bench.restart()
      const found: Record<string, unknown> = {}
      for (const each of first === 'missing'
        ? (['missing', 'there'] as const)
        : (['there', 'missing'] as const)) {
        found[each] = await bench.network.settle?.(jobs[each])
        known.push(...jobs[each].sent.map(({ id }) => Number(id)))
      }
      assert.deepEqual(found, { missing: false, there: true })
    })
