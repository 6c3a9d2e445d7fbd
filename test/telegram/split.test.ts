import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RichText, Span } from '../../src/bridge/rich-text.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { pieces as split } from '../../src/telegram/split.ts'

const bare = (text: string): string => text.replace(/[ \n\r\t]/g, '')
/** Without what is nothing to Telegram where it stands alone, and more. */
const seen = (text: string): string =>
  text.replace(/\s|\p{Cf}|\p{Cn}|[\u2800\ufffc]|\u0333|\u033f|\u030a/gu, '')
const length = (text: string): number => [...text].length

const cuts: readonly (readonly [string, string, number, readonly string[]])[] = [
  ['nothing', '  \n', 10, []],
  ['nothing that is seen', '\u200d \u2800', 10, []],
  ['nothing that is seen behind a cut', 'word \u2800\u2800', 5, ['word']],
  ['what fits', 'one two', 10, ['one two']],
  ['behind a paragraph', 'aaaa\n\nbbb ccc', 10, ['aaaa', 'bbb ccc'].slice()],
  ['behind a line', 'aaa aaa\nbbb ccc', 10, ['aaa aaa', 'bbb ccc']],
  ['behind a sentence', 'aaa aa. bb ccc', 10, ['aaa aa.', 'bb ccc']],
  ['behind a word', 'aaa aaaa bbbbb', 10, ['aaa aaaa', 'bbbbb']],
  ['in a word that is too long', 'aaaaaaaaaaaa', 10, ['aaaaaaaaaa', 'aa']],
  ['around a family', `aaaaaaaa👨‍👩‍👧‍👦b`, 10, ['aaaaaaaa', '👨‍👩‍👧‍👦b']],
  [
    'around a letter with its accents',
    `${'a'.repeat(9)}e\u0301\u0323x`,
    10,
    ['a'.repeat(9), 'e\u0301\u0323x'],
  ],
  ['around a flag', `${'a'.repeat(9)}🇩🇪x`, 10, ['a'.repeat(9), '🇩🇪x']],
]

for (const [where, text, limit, expected] of cuts) {
  test(`a text is cut ${where}`, () => {
    assert.deepEqual(
      [...split(plainText(text), { limit, firstLimit: limit })].map(part => part.text),
      expected,
    )
  })
}

test('a link, a mention or a piece of code is not cut in two where it fits into a part', () => {
  for (const style of ['link', 'mention', 'code'] as const) {
    const span: Span = { start: 6, length: 9, style, ...(style === 'link' && { url: 'https://a.example' }) }
    const rich = { text: 'aaaaa two words bb', spans: [span] }
    assert.deepEqual(
      [...split(rich, { limit: 12, firstLimit: 12 })],
      [
        { text: 'aaaaa', spans: [] },
        { text: 'two words bb', spans: [{ ...span, start: 0 }] },
      ],
    )
  }
})

test('a style goes on in the next part', () => {
  const rich: RichText = { text: 'aaa aaa bbb', spans: [{ start: 4, length: 7, style: 'bold' }] }
  assert.deepEqual(
    [...split(rich, { limit: 8, firstLimit: 8 })],
    [
      { text: 'aaa aaa', spans: [{ start: 4, length: 3, style: 'bold' }] },
      { text: 'bbb', spans: [{ start: 0, length: 3, style: 'bold' }] },
    ],
  )
})

const words = fc.array(
  fc.oneof(
    fc.constantFrom(
      ' ',
      '\n',
      '\n\n',
      '. ',
      '👨‍👩‍👧‍👦',
      'e\u0301',
      '🇩🇪',
      'שלום',
      '\u202e',
      '\ud83d',
      '‍',
      'नि',
    ),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  ),
  { maxLength: 60 },
)
const styles = fc.constantFrom('bold', 'code', 'link', 'quote', 'mention', 'pre')
const spans = fc.array(
  fc.record({
    start: fc.integer({ min: -5, max: 400 }),
    length: fc.integer({ min: -5, max: 200 }),
    style: styles,
  }),
  { maxLength: 8 },
)

test('whatever the text, every part fits, nothing but blanks is lost, and no mark points outside', () => {
  fc.assert(
    fc.property(words, spans, fc.integer({ min: 1, max: 60 }), (pieces, marks, limit) => {
      const text = pieces.join('').toWellFormed()
      const parts = [...split({ text, spans: marks }, { limit, firstLimit: Math.max(1, limit - 3) })]
      assert.equal(seen(parts.map(part => part.text).join('')), seen(text))
      parts.forEach((part, index) => {
        assert.ok(length(part.text) <= (index === 0 ? Math.max(1, limit - 3) : limit))
        assert.ok(part.text.isWellFormed())
        assert.notEqual(bare(part.text), '')
        for (const { start, length: size } of part.spans) {
          assert.ok(start >= 0 && size > 0 && start + size <= part.text.length)
          assert.ok(part.text.slice(start, start + size).isWellFormed())
        }
      })
    }),
    { numRuns: 500 },
  )
})

test('no grapheme that fits into a part is cut in two', () => {
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  const count = (text: string): number => [...graphemes.segment(text)].length
  const unit = fc.constantFrom('👨‍👩‍👧‍👦', 'e\u0301\u0323', '🇩🇪', 'a', 'नि', '👍🏽')
  fc.assert(
    fc.property(
      fc.array(unit, { minLength: 1, maxLength: 80 }),
      fc.integer({ min: 8, max: 40 }),
      (units, limit) => {
        const text = units.join('x')
        const parts = [...split(plainText(text), { limit, firstLimit: limit })]
        assert.equal(
          parts.reduce((sum, part) => sum + count(part.text), 0),
          count(text),
        )
      },
    ),
    { numRuns: 300 },
  )
})
