import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RichText, Span } from '../../src/bridge/rich-text.ts'
import { renderMarkup } from '../../src/whatsapp/markup-render.ts'
import { mentionMembers } from '../../src/whatsapp/mentions.ts'

const members = [
  { address: '1@lid', name: 'Bob Miller' },
  { address: '2@lid', name: 'Ann Smith' },
  { address: '3@lid', name: 'Ann Jones' },
  { address: '4@lid', name: 'Zoë' },
  { address: '5@lid', name: 'X' },
]

const written = (text: string, spans: Span[] = []) => renderMarkup(mentionMembers({ text, spans }, members))

const cases: readonly (readonly [text: string, written: string, mentions: readonly string[]])[] = [
  ['@Bob Miller, come', '@1, come', ['1@lid']],
  ['hi @bob!', 'hi @1!', ['1@lid']],
  ['(@Zoë)', '(@4)', ['4@lid']],
  ['@Ann Smith and @Ann Jones', '@2 and @3', ['2@lid', '3@lid']],
  ['@Ann', '@Ann', []],
  ['@Bobby', '@Bobby', []],
  ['mail bob@bob.test', 'mail bob@bob.test', []],
  ['see https://ex.am/@bob', 'see https://ex.am/@bob', []],
  ['@X marks', '@X marks', []],
  ['@ Bob', '@ Bob', []],
  ['nobody', 'nobody', []],
]

for (const [text, expected, mentions] of cases) {
  test(`"${text}" mentions ${mentions.length}`, () =>
    assert.deepEqual(written(text), { text: expected, mentions }))
}

test('in code nobody is mentioned, nor where a style ends within the name; within a style they are', () => {
  const over = (style: Span['style'], start: number, length: number): Span => ({ style, start, length })
  assert.deepEqual(written('a @Bob b', [over('code', 2, 4)]).mentions, [])
  assert.deepEqual(written('a @Bob Miller', [over('bold', 0, 6)]).mentions, [])
  assert.deepEqual(written('a @Bob b', [over('bold', 0, 8)]), { text: '*a @1 b*', mentions: ['1@lid'] })
})

test('somebody whom Telegram mentions under the name of a member is that member; others stay words', () => {
  const said = (person: string, text: string): Span[] => [
    { style: 'mention', start: 3, length: text.length, person },
  ]
  assert.deepEqual(written('hi Bob', said('telegram:5', 'Bob')), { text: 'hi @1', mentions: ['1@lid'] })
  assert.deepEqual(written('hi Carl', said('telegram:6', 'Carl')), { text: 'hi Carl', mentions: [] })
})

test('the text itself is never changed, and what was marked stays marked', () => {
  const piece = fc.constantFrom(
    '@',
    '@Bob',
    '@ann smith',
    'Bob',
    ' ',
    '\n',
    '@@',
    '😀',
    'é',
    'https://a.b/@bob ',
    '`',
  )
  const rich: fc.Arbitrary<RichText> = fc.array(piece, { maxLength: 12 }).chain(pieces => {
    const text = pieces.join('')
    const at = fc.nat({ max: text.length })
    const span = fc.tuple(fc.constantFrom('bold' as const, 'code' as const, 'quote' as const), at, at).map(
      ([style, one, other]): Span => ({
        style,
        start: Math.min(one, other),
        length: Math.abs(one - other),
      }),
    )
    return fc.array(span, { maxLength: 4 }).map(spans => ({ text, spans }))
  })
  fc.assert(
    fc.property(rich, given => {
      const { text, spans } = mentionMembers(given, members)
      assert.equal(text, given.text)
      assert.deepEqual(spans.slice(0, given.spans.length), given.spans)
      for (const { start, length } of spans.slice(given.spans.length))
        assert.match(text.slice(start, start + length), /^@(bob|bob miller|ann smith)$/i)
    }),
  )
})
