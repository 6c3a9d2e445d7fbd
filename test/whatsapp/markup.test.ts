import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { RichText, Span } from '../../src/bridge/rich-text.ts'
import { parseMarkup } from '../../src/whatsapp/markup.ts'
import { piecesOf } from '../../src/whatsapp/markup-pieces.ts'
import { renderMarkup } from '../../src/whatsapp/markup-render.ts'

interface Entity {
  type: string
  offset: number
  length: number
  language?: string
  url?: string
}

interface Vector {
  id: string
  text: string
  entities: Entity[]
}

interface Vectors {
  wa_to_tg: (Vector & { input: string; alternatives?: Omit<Vector, 'id'>[] })[]
  tg_to_wa: (Vector & { output: string; alternatives?: string[] })[]
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('./fixtures/format-vectors.json', import.meta.url), 'utf8'),
)

const STYLES: Record<string, Span['style'] | undefined> = {
  strikethrough: 'strike',
  blockquote: 'quote',
  text_link: 'link',
}

const NO_COUNTERPART = new Set(['custom_emoji'])

const toSpans = (entities: readonly Entity[]): Span[] =>
  entities
    .filter(({ type }) => !NO_COUNTERPART.has(type))
    .map(({ type, offset, length, ...rest }) => ({
      style: STYLES[type] ?? (type as Span['style']),
      start: offset,
      length,
      ...(rest.url !== undefined && { url: rest.url }),
      ...(rest.language !== undefined && { language: rest.language }),
    }))

const sorted = ({ text, spans }: RichText) => ({
  text,
  spans: spans
    .map(span => JSON.stringify(span, ['style', 'start', 'length', 'url', 'language', 'person']))
    .sort(),
})

for (const vector of vectors.wa_to_tg) {
  test(`WhatsApp formatting "${vector.id}" is read as in the vectors`, () => {
    const answers = [vector, ...(vector.alternatives ?? [])].map(({ text, entities }) =>
      sorted({ text, spans: toSpans(entities) }),
    )
    const result = sorted(parseMarkup(vector.input))
    const match = answers.find(answer => JSON.stringify(answer) === JSON.stringify(result))
    assert.deepEqual(result, match ?? answers[0])
  })
}

for (const vector of vectors.tg_to_wa) {
  test(`Rich text "${vector.id}" is written as in the vectors`, () => {
    const { text } = renderMarkup({ text: vector.text, spans: toSpans(vector.entities) })
    assert.ok([vector.output, ...(vector.alternatives ?? [])].includes(text), `got ${JSON.stringify(text)}`)
  })
}

const plain = (text: string): RichText => ({ text, spans: [] })

test('Nothing in a URL, an e-mail address or a word is a marker', () => {
  const text = '2*3*4 snake_case_name * not bold * https://ex.am/p_l_e*x* a_b_c@x_y.test'
  assert.deepEqual(parseMarkup(text), { ...plain(text.replace('* not bold *', '* not bold *')) })
})

test('A style around a link is read, and the link is left as it is', () => {
  assert.deepEqual(parseMarkup('_https://ex.am/a_b_'), {
    text: 'https://ex.am/a_b',
    spans: [{ start: 0, length: 17, style: 'italic' }],
  })
})

test('A style around code is cut in two, for code holds no other style and is in none', () => {
  assert.deepEqual(parseMarkup('*a `b` c*'), {
    text: 'a b c',
    spans: [
      { start: 0, length: 2, style: 'bold' },
      { start: 2, length: 1, style: 'code' },
      { start: 3, length: 2, style: 'bold' },
    ],
  })
})

test('Neighbouring quoted lines are one quote with the formatting inside', () => {
  assert.deepEqual(parseMarkup('> *a*\n> b\nc'), {
    text: 'a\nb\nc',
    spans: [
      { start: 0, length: 3, style: 'quote' },
      { start: 0, length: 1, style: 'bold' },
    ],
  })
})

test('A line that begins in a fence is no quote and no bullet', () => {
  assert.deepEqual(parseMarkup('```\n> a\n- b\n```'), {
    text: '> a\n- b',
    spans: [{ start: 0, length: 7, style: 'pre' }],
  })
})

test('Only the numbers that were mentioned become names, whatever markers the name holds', () => {
  const mentions = new Map([
    ['900000000000002', { name: '*Al_ice*', person: 'whatsapp:900000000000002@lid' }],
  ])
  assert.deepEqual(parseMarkup('hi @900000000000002 and @900000000000003', mentions), {
    text: 'hi @*Al_ice* and @900000000000003',
    spans: [{ start: 3, length: 9, style: 'mention', person: 'whatsapp:900000000000002@lid' }],
  })
})

test('A mention is written as the digits of the person and listed', () => {
  const span: Span = { start: 3, length: 4, style: 'mention', person: 'whatsapp:900000000000003@lid' }
  assert.deepEqual(renderMarkup({ text: 'hi @Bob!', spans: [span] }), {
    text: 'hi @900000000000003!',
    mentions: ['900000000000003@lid'],
  })
})

test('Styles that end inside a word are dropped, those over several lines are set line by line', () => {
  const middle = { text: 'unbreakable', spans: [{ start: 2, length: 5, style: 'bold' as const }] }
  assert.equal(renderMarkup(middle).text, 'unbreakable')
  const lines = { text: 'one \n\n two', spans: [{ start: 0, length: 10, style: 'italic' as const }] }
  assert.equal(renderMarkup(lines).text, '_one_ \n\n _two_')
})

test('Crossing styles come out nested', () => {
  const spans: Span[] = [
    { start: 0, length: 5, style: 'bold' },
    { start: 3, length: 5, style: 'italic' },
  ]
  assert.equal(renderMarkup({ text: 'ab cd ef', spans }).text, '*ab _cd_* _ef_')
})

test('Styles that touch code or each other inside a word are kept where their markers part them', () => {
  const spans: Span[] = [
    { start: 0, length: 2, style: 'code' },
    { start: 2, length: 3, style: 'bold' },
    { start: 6, length: 2, style: 'bold' },
    { start: 8, length: 2, style: 'italic' },
  ]
  assert.equal(renderMarkup({ text: '42, x abcd', spans }).text, '`42`*, x* *ab*_cd_')
})

test('Code that touches code is one; a line break at the end of a block stays outside of it', () => {
  const spans: Span[] = [
    { start: 0, length: 1, style: 'code' },
    { start: 1, length: 1, style: 'code' },
    { start: 3, length: 3, style: 'pre' },
  ]
  assert.equal(renderMarkup({ text: 'ab a\nb\nc', spans }).text, '`ab` ```a\nb```\nc')
  const block: Span[] = [{ start: 1, length: 3, style: 'pre' }]
  assert.equal(renderMarkup({ text: 'a\nb\nc', spans: block }).text, 'a\n```b```\nc')
})

test('A quote in the middle of a line starts a line of its own', () => {
  const text = renderMarkup({
    text: 'he said no way ok',
    spans: [{ start: 8, length: 6, style: 'quote' }],
  }).text
  assert.equal(text, 'he said \n> no way\n ok')
})

test('Marks on each of thousands of lines are written soon', () => {
  const text = 'a\n'.repeat(2000)
  const spans = (['bold', 'italic', 'strike'] as const).map(style => ({
    start: 0,
    length: text.length,
    style,
  }))
  const began = process.cpuUsage()
  assert.equal(piecesOf(text, spans).length, 6000)
  const took = process.cpuUsage(began).user / 1000
  // Not a benchmark: what takes seconds on any machine would stop the bridge for everybody.
  assert.ok(took < 1000, `${Math.round(took)} ms`)
})

test('What is written and has a counterpart reads back the same', () => {
  for (const source of ['*a* _b_ ~c~', '> *q*\nplain', '*_x_*', '`code` and ```two\nlines```', 'a (*b*) c']) {
    assert.equal(renderMarkup(parseMarkup(source)).text, source)
  }
})
