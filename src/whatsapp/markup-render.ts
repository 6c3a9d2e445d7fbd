import type { RichText, Span } from '../bridge/rich-text.ts'
import { piecesOf } from './markup-pieces.ts'

/** A text as WhatsApp takes it, and the jids that its `@digits` stand for. */
export interface Marked {
  readonly text: string
  readonly mentions: readonly string[]
}

/**
 * Writes WhatsApp's formatting: markers hug the words, one pair a line; a style that ends
 * in the middle of a word is dropped, for WhatsApp would show its markers; links become `text (url)`. Spoilers and
 * underlining have no counterpart: their text stays.
 */
export const renderMarkup = ({ text, spans }: RichText): Marked => {
  const inserts = new Inserts(text)
  for (const { start, end, marker } of piecesOf(text, spans)) {
    inserts.open(start, marker)
    inserts.close(end, marker)
  }
  const mentions: string[] = []
  for (const span of spans) {
    if (span.style === 'link' && span.url !== undefined && !isSameLink(coveredText(text, span), span.url)) {
      inserts.close(endOf(span), ` (${span.url})`)
    }
    const jid = span.style === 'mention' ? /^whatsapp:(.+)$/.exec(span.person ?? '')?.[1] : undefined
    if (jid !== undefined) {
      mentions.push(jid)
      inserts.replace(span.start, endOf(span), `@${jid.slice(0, jid.indexOf('@'))}`)
    }
    if (span.style === 'quote') quote(text, span, inserts)
  }
  return { text: inserts.finish(), mentions }
}

const endOf = ({ start, length }: Span): number => start + length
const coveredText = (text: string, span: Span): string => text.slice(span.start, endOf(span))
const isSameLink = (text: string, url: string): boolean => {
  const bare = (link: string) => link.replace(/^(https?:\/\/|mailto:|tel:)/i, '').replace(/\/$/, '')
  return bare(text) === bare(url)
}

const quote = (text: string, span: Span, inserts: Inserts): void => {
  const end = endOf(span)
  if (span.start > 0 && text[span.start - 1] !== '\n') inserts.line(span.start, '\n')
  for (let at = span.start; at < end; at += 1) {
    if (at === span.start || text[at - 1] === '\n') inserts.line(at, '> ')
  }
  if (end < text.length && text[end] !== '\n' && text[end - 1] !== '\n') inserts.close(end, '\n')
}

/** Text to be put between the characters of another. */
class Inserts {
  readonly #text: string
  readonly #lines = new Map<number, string>()
  readonly #opens = new Map<number, string>()
  readonly #closes = new Map<number, string>()
  readonly #replaced = new Map<number, { end: number; by: string }>()

  constructor(text: string) {
    this.#text = text
  }

  /** At the start of a line, before any marker. */
  line(at: number, what: string): void {
    this.#lines.set(at, (this.#lines.get(at) ?? '') + what)
  }

  /** Callers open from the outside in. */
  open(at: number, what: string): void {
    this.#opens.set(at, (this.#opens.get(at) ?? '') + what)
  }

  close(at: number, what: string): void {
    const before = this.#closes.get(at) ?? ''
    const isMarker = what.trim().length <= 3 && /^[*_~`]+$/.test(what)
    this.#closes.set(at, isMarker ? what + before : before + what)
  }

  replace(start: number, end: number, by: string): void {
    this.#replaced.set(start, { end, by })
  }

  finish(): string {
    let result = ''
    for (let at = 0; at <= this.#text.length; at += 1) {
      result += (this.#closes.get(at) ?? '') + (this.#lines.get(at) ?? '') + (this.#opens.get(at) ?? '')
      const other = this.#replaced.get(at)
      if (other !== undefined && other.end > at) {
        result += other.by
        for (let skipped = at + 1; skipped < other.end; skipped += 1)
          result += this.#closes.get(skipped) ?? ''
        at = other.end - 1
      } else {
        result += this.#text[at] ?? ''
      }
    }
    return result
  }
}
