import type { RichText, Span } from '../bridge/rich-text.ts'
import { isBoundary, isWordAfter, isWordBefore } from './word-border.ts'

/** Somebody named in a text: what stands there instead of `@digits`, and who it is. */
export interface Mention {
  readonly name: string
  readonly person: string
  /** The owner of the bridge is meant. */
  readonly me?: boolean
}

interface Range {
  readonly start: number
  readonly end: number
}

interface Found extends Range {
  readonly style: Span['style']
  readonly person?: string
  readonly me?: boolean
}

const MARKERS: Readonly<Record<string, Span['style']>> = { '*': 'bold', _: 'italic', '~': 'strike' }
/** An address begins where its characters do, and is not endless: else every letter of a long word is tried as a start. */
const LINK = /\bhttps?:\/\/\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/gu

/**
 * Reads WhatsApp's formatting, as far as it shows from outside: fences first, then inline code, then `> ` and bullets
 * at line starts, then `*bold*`, `_italic_`, `~strike~` within a line, leftmost and shortest, only between characters
 * that are neither letter nor digit. Links and the names put in for mentions hold no markers. There is no escape:
 * what does not pair up stays as typed.
 *
 * @param mentions by the digits that follow the `@`
 */
export const parseMarkup = (raw: string, mentions: ReadonlyMap<string, Mention> = new Map()): RichText => {
  const { text, named } = putNames(raw.replace(/\r\n?/g, '\n'), mentions)
  const sheet = new Sheet(text)
  for (const mention of named) sheet.protect(mention)
  readFences(sheet)
  readInlineCode(sheet)
  for (const match of text.matchAll(LINK)) {
    const end = match.index + match[0].replace(/[*_~`.,;:!?)'"]+$/, '').length
    sheet.protect({ start: match.index, end })
  }
  readLines(sheet)
  return sheet.finish(named)
}

/** The text being read: which characters go, which hold no marker, what was found. */
class Sheet {
  readonly text: string
  readonly found: Found[] = []
  readonly #gone = new Set<number>()
  readonly #held = new Set<number>()
  readonly #put = new Map<number, string>()

  constructor(text: string) {
    this.text = text
  }

  protect({ start, end }: Range): void {
    for (let at = start; at < end; at += 1) this.#held.add(at)
  }

  remove(start: number, end: number): void {
    for (let at = start; at < end; at += 1) this.#gone.add(at)
  }

  replace(at: number, character: string): void {
    this.#put.set(at, character)
  }

  isFree(at: number): boolean {
    return !this.#held.has(at) && !this.#gone.has(at)
  }

  finish(named: readonly Found[]): RichText {
    const places: number[] = []
    let text = ''
    for (let at = 0; at < this.text.length; at += 1) {
      places.push(text.length)
      if (!this.#gone.has(at)) text += this.#put.get(at) ?? this.text[at]
    }
    places.push(text.length)
    const spans = splitAtCode([...this.found, ...named]).flatMap(
      ({ start, end, style, person, me }): Span[] => {
        const from = places[start] ?? 0
        const length = (places[end] ?? 0) - from
        return length > 0
          ? [{ start: from, length, style, ...(person !== undefined && { person }), ...(me && { me }) }]
          : []
      },
    )
    return { text, spans: spans.sort((one, other) => one.start - other.start || other.length - one.length) }
  }
}

const putNames = (text: string, mentions: ReadonlyMap<string, Mention>) => {
  const named: Found[] = []
  let result = ''
  let last = 0
  for (const match of text.matchAll(/@(\d{4,20})(?!\d)/g)) {
    const mention = mentions.get(match[1] ?? '')
    if (mention === undefined) continue
    const { name, ...who } = mention
    result += text.slice(last, match.index)
    const start = result.length
    result += `@${name}`
    named.push({ start, end: result.length, style: 'mention', ...who })
    last = match.index + match[0].length
  }
  return { text: result + text.slice(last), named }
}

const readFences = (sheet: Sheet): void => {
  for (const match of sheet.text.matchAll(/```([\s\S]+?)```/g)) {
    const inner = match[1] ?? ''
    if (inner.trim() === '') continue
    const from = match.index
    const to = from + match[0].length
    const start = from + 3 + (inner.startsWith('\n') ? 1 : 0)
    const end = to - 3 - (inner.endsWith('\n') ? 1 : 0)
    sheet.protect({ start: from, end: to })
    sheet.remove(from, start)
    sheet.remove(end, to)
    sheet.found.push({ start, end, style: inner.includes('\n') ? 'pre' : 'code' })
  }
}

const readInlineCode = (sheet: Sheet): void => {
  const pattern = /`([^`\n]+)`/g
  for (let match = pattern.exec(sheet.text); match !== null; match = pattern.exec(sheet.text)) {
    const from = match.index
    const to = from + match[0].length
    const open = sheet.isFree(from) && sheet.isFree(to - 1) && isBoundary(sheet.text, from, to)
    if (!open || (match[1] ?? '').trim() === '') {
      // What ends this pair may begin another one.
      pattern.lastIndex = to - 1
      continue
    }
    sheet.protect({ start: from, end: to })
    sheet.remove(from, from + 1)
    sheet.remove(to - 1, to)
    sheet.found.push({ start: from + 1, end: to - 1, style: 'code' })
  }
}

/** Quotes and bullets at line starts, and the styles in each line. */
const readLines = (sheet: Sheet): void => {
  let quote: { start: number; end: number } | undefined
  const closeQuote = (): void => {
    if (quote !== undefined) sheet.found.push({ ...quote, style: 'quote' })
    quote = undefined
  }
  let from = 0
  for (const line of sheet.text.split('\n')) {
    const end = from + line.length
    let start = from
    if (sheet.isFree(from) && /^> \s*\S/.test(line)) {
      sheet.remove(from, from + 2)
      start += 2
      quote = { start: quote?.start ?? from, end }
    } else {
      closeQuote()
    }
    if (sheet.isFree(start) && /^[-*] \S/.test(sheet.text.slice(start, end))) {
      sheet.replace(start, '•')
      start += 2
    }
    readStyles(sheet, { start, end }, new Set())
    from = end + 1
  }
  closeQuote()
}

const readStyles = (sheet: Sheet, within: Range, outer: ReadonlySet<string>): void => {
  // Where one found no end, none behind it does: without this a line of openings takes the square of its length.
  const endless = new Set(outer)
  for (let at = within.start; at < within.end; at += 1) {
    const marker = sheet.text[at] ?? ''
    const style = MARKERS[marker]
    if (style === undefined || endless.has(marker) || !sheet.isFree(at) || !opens(sheet.text, at)) continue
    const close = findClose(sheet, at, within.end)
    if (close === undefined) {
      endless.add(marker)
      continue
    }
    sheet.remove(at, at + 1)
    sheet.remove(close, close + 1)
    sheet.found.push({ start: at + 1, end: close, style })
    readStyles(sheet, { start: at + 1, end: close }, new Set([...outer, marker]))
    at = close
  }
}

const opens = (text: string, at: number): boolean => {
  const next = text[at + 1] ?? ' '
  return !/\s/.test(next) && next !== text[at] && !isWordBefore(text, at)
}

const findClose = (sheet: Sheet, open: number, end: number): number | undefined => {
  const { text } = sheet
  for (let at = open + 2; at < end; at += 1) {
    if (text[at] !== text[open] || !sheet.isFree(at)) continue
    if (!/\s/.test(text[at - 1] ?? ' ') && !isWordAfter(text, at + 1)) return at
  }
  return undefined
}

/** Code holds no other span and is in none but a quote: a style around it is cut in two. */
const splitAtCode = (found: readonly Found[]): Found[] => {
  const isCode = ({ style }: Found): boolean => style === 'code' || style === 'pre'
  const codes = found.filter(isCode).sort((one, other) => one.start - other.start)
  return found.flatMap(span => (span.style === 'quote' || isCode(span) ? [span] : cutAt(codes, span)))
}

/** What of a span lies outside of codes, which come in order and do not overlap. */
const cutAt = (codes: readonly Found[], span: Found): Found[] => {
  const pieces: Found[] = []
  let { start } = span
  for (let at = firstBehind(codes, start); at < codes.length; at += 1) {
    const code = codes[at]
    if (code === undefined || code.start >= span.end) break
    if (code.start > start) pieces.push({ ...span, start, end: code.start })
    start = Math.max(start, code.end)
  }
  if (start < span.end) pieces.push({ ...span, start })
  return pieces
}

/** Position of the first code that ends behind a place. */
const firstBehind = (codes: readonly Found[], place: number): number => {
  let low = 0
  let high = codes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((codes[middle]?.end ?? 0) > place) high = middle
    else low = middle + 1
  }
  return low
}
