import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RichText, Span } from '../../src/bridge/rich-text.ts'
import { parseEntities, renderEntities } from '../../src/telegram/entities.ts'
import { parseMarkup } from '../../src/whatsapp/markup.ts'
import { renderMarkup } from '../../src/whatsapp/markup-render.ts'
import { parseMessageText } from '../simulators/telegram/text.ts'

const numRuns = Number(process.env['RUNS'] ?? 1500)

/** Words of many scripts: emoji of one and of many code points, right to left, combining marks, no spaces between words. */
const words = [
  'a',
  'word',
  '42',
  'é',
  'e\u0301',
  'n\u0303\u0323o',
  'שלום',
  'مرحبا',
  'בְּרֵאשִׁית',
  '漢字',
  'हिन्दी',
  '😀',
  '👨‍👩‍👧‍👦',
  '👍🏽',
  '🇩🇪',
  '❤️',
  '𝒜',
  'ß',
]
const gaps = [' ', ' ', ' ', '  ', ', ', '. ', ' (', ') ', '! ', ' – ', '\u00a0', ' "']

interface Sketch {
  readonly text: string
  /** Words, by where they begin and end. */
  readonly words: readonly { readonly start: number; readonly end: number }[]
}

const sketchOf = (pieces: readonly (readonly [word: string, gap: string])[]): Sketch => {
  let text = ''
  const found = pieces.map(([word, gap], position) => {
    const start = text.length
    text += word
    const end = text.length
    if (position < pieces.length - 1) text += gap
    return { start, end }
  })
  return { text, words: found }
}

const sketch = (between: readonly string[], most = 12): fc.Arbitrary<Sketch> =>
  fc
    .array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(...between)), {
      minLength: 1,
      maxLength: most,
    })
    .map(sketchOf)

const styles = ['bold', 'italic', 'strike'] as const

/** Spans from word to word, as people set them: nested, touching and crossing. */
const spansOf = ({ words: edges }: Sketch): fc.Arbitrary<Span[]> => {
  const edge = fc.nat({ max: edges.length - 1 })
  const span = fc.tuple(fc.constantFrom(...styles), edge, edge).map(([style, one, other]): Span => {
    const start = edges[Math.min(one, other)]?.start ?? 0
    const end = edges[Math.max(one, other)]?.end ?? 0
    return { style, start, length: end - start }
  })
  return fc.array(span, { maxLength: 6 })
}

/** Lines with styles, some of them quoted, with words in code, and blocks of code between them. */
const page: fc.Arbitrary<RichText> = fc
  .array(fc.oneof({ weight: 4, arbitrary: line() }, { weight: 1, arbitrary: block() }), {
    minLength: 1,
    maxLength: 5,
  })
  .map(parts => {
    let text = ''
    const spans: Span[] = []
    for (const part of parts) {
      if (text !== '') text += '\n'
      spans.push(...part.spans.map(span => ({ ...span, start: span.start + text.length })))
      text += part.text
    }
    return { text, spans: joinQuotes(spans) }
  })

function line(): fc.Arbitrary<RichText> {
  return sketch(gaps, 8).chain(made =>
    fc
      .tuple(spansOf(made), fc.boolean(), fc.option(fc.nat({ max: made.words.length - 1 })))
      .map(([spans, isQuoted, coded]): RichText => {
        const code = coded === null ? undefined : made.words[coded]
        const quote: Span[] = isQuoted ? [{ style: 'quote', start: 0, length: made.text.length }] : []
        const codes: Span[] = code
          ? [{ style: 'code', start: code.start, length: code.end - code.start }]
          : []
        return { text: made.text, spans: [...quote, ...codes, ...spans.flatMap(span => around(span, code))] }
      }),
  )
}

function block(): fc.Arbitrary<RichText> {
  return sketch(['\n', ' '], 4).map(({ text }) => ({
    text,
    spans: [{ style: 'pre', start: 0, length: text.length }],
  }))
}

/** Code has no other style: Telegram cuts it out of what is around it. */
const around = (span: Span, code: { start: number; end: number } | undefined): Span[] => {
  const end = span.start + span.length
  if (code === undefined || end <= code.start || code.end <= span.start) return [span]
  return [
    { ...span, length: code.start - span.start },
    { ...span, start: code.end, length: end - code.end },
  ].filter(({ length }) => length > 0)
}

/** Neighbouring quoted lines are one quote. */
const joinQuotes = (spans: readonly Span[]): Span[] => {
  const joined: Span[] = []
  for (const span of spans) {
    const last = joined.findLast(({ style }) => style === 'quote')
    if (span.style === 'quote' && last !== undefined && last.start + last.length + 1 === span.start)
      joined[joined.indexOf(last)] = { ...last, length: span.start + span.length - last.start }
    else joined.push(span)
  }
  return joined
}

/** Which styles each character that is to be seen has: how they are cut into spans does not matter. */
const look = ({ text, spans }: RichText): { character: string; styles: string[] }[] => {
  const seen: { character: string; styles: string[] }[] = []
  let at = 0
  for (const character of text) {
    const here = spans.filter(({ start, length }) => start <= at && at < start + length)
    // A fence around one line is code on WhatsApp.
    const named = here.map(({ style }) => (style === 'pre' ? 'code' : style))
    if (!/\s/u.test(character)) seen.push({ character, styles: [...new Set(named)].sort() })
    at += character.length
  }
  return seen
}

/** What Telegram makes of a text and its entities. */
const throughTelegram = (rich: RichText): RichText => {
  const { text, entities } = parseMessageText({ text: rich.text, entities: renderEntities(rich) })
  return parseEntities(text, entities)
}

test('Telegram → WhatsApp → Telegram keeps every word, and the styles of every word', () => {
  fc.assert(
    fc.property(
      sketch([...gaps, '\n', '\n\n']).chain(made => spansOf(made).map(spans => ({ text: made.text, spans }))),
      rich => {
        const back = throughTelegram(parseMarkup(renderMarkup(rich).text))
        assert.equal(back.text, rich.text)
        assert.deepEqual(look(back), look(rich))
      },
    ),
    { numRuns },
  )
})

test('so it does with quotes, code and blocks of code', () => {
  fc.assert(
    fc.property(page, rich => {
      const back = throughTelegram(parseMarkup(renderMarkup(rich).text))
      assert.equal(back.text, rich.text)
      assert.deepEqual(look(back), look(rich))
    }),
    { numRuns },
  )
})

test('whatever is styled, WhatsApp shows the words as they are, no marker, and no style that was not there', () => {
  const anywhere = sketch(['', '', ...gaps, '\n']).chain(({ text }) => {
    const at = fc.nat({ max: text.length })
    const span = fc.tuple(fc.constantFrom(...styles, 'code' as const), at, at).map(
      ([style, one, other]): Span => ({
        style,
        start: Math.min(one, other),
        length: Math.abs(one - other),
      }),
    )
    return fc.array(span, { maxLength: 6 }).map(spans => throughTelegram({ text, spans }))
  })
  fc.assert(
    fc.property(anywhere, rich => {
      const back = parseMarkup(renderMarkup(rich).text)
      assert.equal(back.text, rich.text)
      const expected = look(rich)
      for (const [position, { styles: shown }] of look(back).entries())
        assert.deepEqual(
          shown.filter(style => !expected[position]?.styles.includes(style)),
          [],
        )
    }),
    { numRuns },
  )
})

/** Words in a row, with marks around some of them; equal marks do not nest. */
const run = (marks: readonly string[]): fc.Arbitrary<string> =>
  fc.array(item(marks), { minLength: 1, maxLength: 4 }).map(items => items.join(' '))

const item = (marks: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...words),
    fc.constantFrom(...words).map(word => `\`${word}\``),
    ...marks.map(mark => run(marks.filter(other => other !== mark)).map(inner => `${mark}${inner}${mark}`)),
  )

/** WhatsApp text as people type it, with marks that pair up. */
const typed: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.constantFrom('', '', '> ', '- ', '1. '), run(['*', '_', '~'])), {
    minLength: 1,
    maxLength: 4,
  })
  .map(lines => lines.map(([start, words]) => start + words).join('\n'))

test('WhatsApp → Telegram → WhatsApp keeps every word, and the styles of every word', () => {
  fc.assert(
    fc.property(typed, text => {
      const shown = throughTelegram(parseMarkup(text))
      const back = parseMarkup(renderMarkup(shown).text)
      assert.equal(back.text, shown.text)
      assert.deepEqual(look(back), look(shown))
    }),
    { numRuns },
  )
})
