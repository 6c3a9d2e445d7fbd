import type { RichText } from '../bridge/rich-text.ts'
import { alignToCharacter, sliceRich } from './entities.ts'

/** Code points (not UTF-16 units) that Telegram takes in one message, counted after parsing (TDLib `utf8_length`). */
export const textLimit = 4096
export const captionLimit = 1024

/** What Telegram trims at both ends: blanks, and the control characters that it makes blanks of (`MessageEntity.cpp`). */
const isEdge = (character: string): boolean => character <= ' '
/** A text of nothing else is empty to Telegram: what it trims or removes, and what nobody sees (`strip_empty_characters`). */
const unseen =
  /^(?:[\0- \u00a0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f\u2800\u3000\ufeff\ufffc\u{e0000}-\u{e007f}]|\u0333|\u033f|\u030a)*$/u
/** A cut earlier than this share of a full message is not worth the nicer place. */
const earliest = 0.5
/** Styles that mean something only as a whole: cut around them where possible. */
const whole = new Set(['link', 'mention', 'code'])

export interface SplitLimits {
  readonly firstLimit?: number
  readonly limit?: number
  /** Most marks of each; any number where nothing is said. */
  readonly marks?: number
}

/**
 * Cuts a text into messages of at most `limit` code points (the first one of `firstLimit`): behind a paragraph, else a
 * line, a sentence, a word, else between two graphemes. A style goes on in the next message; a link, a mention or
 * inline code is cut only when it alone is too long. Nothing but the blank space at the cuts is lost. Blank text gives
 * no part. Of a book only what is asked for is cut.
 */
export function* pieces(
  rich: RichText,
  { firstLimit = textLimit, limit = textLimit, marks = Number.POSITIVE_INFINITY }: SplitLimits = {},
): Generator<RichText> {
  // Half a character is none to Telegram, and marks that cut one in two would make cuts that do.
  const whole = { ...rich, text: rich.text.toWellFormed() }
  let rest = trimRich(sliceRich(whole, 0, whole.text.length))
  let allowed = firstLimit
  while (rest.text !== '') {
    const end = Math.min(indexOfCodePoint(rest.text, allowed), endOfMarks(rest, marks))
    const cut = end >= rest.text.length ? rest.text.length : findCut(rest, end)
    const part = trimRich(sliceRich(rest, 0, cut))
    if (part.text !== '') {
      allowed = limit
      yield part
    }
    rest = trimRich(sliceRich(rest, cut, rest.text.length))
  }
}

/** Takes the blank ends off, as Telegram would, so that what we count is what it counts. All of it, where nothing can be seen. */
export const trimRich = (rich: RichText): RichText => {
  if (unseen.test(rich.text)) return sliceRich(rich, 0, 0)
  let from = 0
  let to = rich.text.length
  while (from < to && isEdge(rich.text.charAt(from))) from++
  while (to > from && isEdge(rich.text.charAt(to - 1))) to--
  return from === 0 && to === rich.text.length ? rich : sliceRich(rich, from, to)
}

/** UTF-16 index behind the first `count` code points. */
const indexOfCodePoint = (text: string, count: number): number => {
  if (text.length <= count) return text.length
  let index = 0
  for (let seen = 0; seen < count && index < text.length; seen++) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1
  }
  return index
}

/** Where the first mark begins that is one too many; the end of the text where that is at its very beginning. */
const endOfMarks = ({ text, spans }: RichText, most: number): number => {
  if (spans.length <= most) return text.length
  return spans.map(({ start }) => start).toSorted((a, b) => a - b)[most] || text.length
}

const findCut = (rich: RichText, end: number): number => {
  const from = Math.floor(end * earliest)
  const window = rich.text.slice(from, end + 1)
  const places = [/\n[ \t]*\n/g, /\n/g, /[.!?…。！？]["'”’»)\]]*(?=\s)/g, /\s/g].map(form =>
    [...window.matchAll(form)].map(found => from + found.index + found[0].length).filter(at => at <= end),
  )
  const hard = graphemeBefore(rich.text, end)
  for (const list of [...places, [hard]]) {
    const best = list.findLast(at => !insideWhole(rich, at))
    if (best !== undefined) return best
  }
  const start = wholeStart(rich, hard)
  return start >= from && start > 0 ? start : hard
}

const insideWhole = (rich: RichText, at: number): boolean => wholeStart(rich, at) < at

/** Where the outermost link, mention or inline code around `at` begins; `at` itself when there is none. */
const wholeStart = ({ spans }: RichText, at: number): number =>
  Math.min(
    at,
    ...spans
      .filter(span => whole.has(span.style) && span.start < at && span.start + span.length > at)
      .map(span => span.start),
  )

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
/** How far back a grapheme may begin; longer ones exist only to annoy. */
const graphemeReach = 256

const graphemeBefore = (text: string, end: number): number => {
  const from = alignToCharacter(text, Math.max(0, end - graphemeReach))
  const around = graphemes.segment(text.slice(from, end + graphemeReach)).containing(end - from)
  const begin = around === undefined ? end : from + around.index
  return begin > from ? begin : alignToCharacter(text, end)
}
