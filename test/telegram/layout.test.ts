import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { JoinedContent, JoinedItem } from '../../src/bridge/content.ts'
import type { Layout } from '../../src/bridge/network.ts'
import { Bench, change, sendFor } from './bench.ts'

const short = fc.constantFrom('ok', 'look', 'ok\n\nthen', ' two  blanks\n', 'a 👍 b', 'Anna · 12:00')
const long = fc.integer({ min: 300, max: 600 }).map(count => 'word '.repeat(count))
const marked = (text: string, style: 'bold' | 'code'): JoinedItem['body'] => ({
  text,
  spans: [{ start: 1, length: text.length, style }],
})

const itemsOf = (words: fc.Arbitrary<string>) =>
  fc.array(
    fc.record(
      {
        line: fc.constantFrom('Anna · 12:00', 'Bob · 12:00', 'Bob · 12:01'),
        body: fc.tuple(words, fc.constantFrom('bold', 'code')).map(body => marked(...body)),
        excerpt: fc.constantFrom('ok', 'where?'),
        forwarded: fc.constant(true),
        deleted: fc.boolean(),
      },
      { requiredKeys: ['line', 'body'] },
    ),
    { minLength: 2, maxLength: 6 },
  )

const joined = (items: readonly Omit<JoinedItem, 'id' | 'person'>[]): JoinedContent => ({
  kind: 'joined',
  items: items.map((item, index) => ({ ...item, id: `${index}`, person: 'whatsapp:77@lid' })),
})

/** Each text stands, whole but for the blanks at a cut, where it is said to. */
const check = (
  { items }: JoinedContent,
  { texts, places }: Layout,
  isShown: (item: JoinedItem) => boolean,
) => {
  for (const [index, item] of items.entries()) {
    const own = places.filter(place => place.item === index)
    const said = own.map(({ part, from, to, words: { said, at } }) => {
      const text = texts[part] ?? assert.fail()
      assert.ok(from <= at && at <= to)
      assert.equal(text.slice(at, to), said.text)
      return said.text
    })
    const bare = (text: string): string => text.replaceAll(/\s/g, '')
    const wanted = `${item.deleted && isShown(item) ? '🗑' : ''}${item.body.text}`
    assert.equal(bare(said.join('')), isShown(item) ? bare(wanted) : '')
  }
}

test('each of several texts is found in the messages that show them, also after edits that need more of those', async () => {
  for (const deletions of ['delete', 'strike'] as const) {
    await using bench = await Bench.open({ deletions })
    const isShown = ({ deleted }: JoinedItem): boolean => !deleted || deletions === 'strike'
    await fc.assert(
      fc.asyncProperty(itemsOf(short), itemsOf(fc.oneof(short, long)), async (first, then) => {
        const group = bench.addGroup()
        const chat = `telegram:${group.id}` as const
        const seen = () => group.transcript().map(({ text }) => text)
        const before = joined(first.map(({ deleted: _, ...item }) => item))
        const shown = await sendFor(bench, { chat, content: before })
        const layout = bench.network.layOut?.(before, shown.parts) ?? assert.fail()
        assert.deepEqual(layout.texts, seen())
        check(before, layout, isShown)

        const after = joined(then)
        if (!after.items.some(isShown)) return
        await bench.network.change(change(chat, { kind: 'edit', content: after }, shown))
        const edited = bench.network.layOut?.(after, shown.parts) ?? assert.fail()
        assert.deepEqual(edited.texts, seen())
        check(after, edited, isShown)
      }),
      { numRuns: 15 },
    )
  }
})
