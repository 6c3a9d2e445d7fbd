import type { Span } from '../bridge/rich-text.ts'
import { isWordAfter, isWordBefore } from './word-border.ts'

/** A part of a text between two markers of the same kind. */
export interface Piece {
  readonly start: number
  readonly end: number
  readonly marker: string
}

/** Outermost first where two begin and end together. */
const MARKERS = { bold: '*', italic: '_', strike: '~' } as const
const STYLES = ['bold', 'italic', 'strike'] as const

/**
 * What is to stand between markers, outermost first: bold, italic and struck text, line by line and hugging the words; and
 * code. What WhatsApp would not read as formatting, such as a style that ends inside a word, is left out: its markers would
 * be shown.
 */
export const piecesOf = (text: string, spans: readonly Span[]): Piece[] => {
  const blocks = spans.filter(({ style }) => style === 'pre')
  const codes = mergeTouching([...blocks, ...spans.filter(({ style }) => style === 'code')]).flatMap(range =>
    codeOf(text, {
      ...range,
      isBlock: blocks.some(({ start }) => range.start <= start && start < range.end),
    }),
  )
  const styled = STYLES.flatMap(style =>
    mergeTouching(spans.filter(span => span.style === style))
      .flatMap(range => trimLines(text, { ...range, marker: MARKERS[style] }))
      .filter(({ start, end, marker }) => !text.slice(start, end).includes(marker)),
  )
  let pieces = [...nest(text, styled), ...codes].sort(outermostFirst)
  for (;;) {
    const all = pieces
    pieces = all.filter(piece => isReadable(text, piece, all))
    if (pieces.length === all.length) return pieces
  }
}

/** The ranges that spans cover together, in order. */
const mergeTouching = (spans: readonly Span[]): { start: number; end: number }[] => {
  const ranges: { start: number; end: number }[] = []
  for (const { start, length } of spans.toSorted((one, other) => one.start - other.start)) {
    const last = ranges.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, start + length)
    else ranges.push({ start, end: start + length })
  }
  return ranges
}

/** Cut at line ends, without spaces at the ends of each. */
const trimLines = (text: string, { start, end, marker }: Piece): Piece[] => {
  let from = start
  return text
    .slice(start, end)
    .split('\n')
    .flatMap(line => {
      const piece = {
        start: from + (line.length - line.trimStart().length),
        end: from + line.trimEnd().length,
        marker,
      }
      from += line.length + 1
      return piece.end > piece.start ? [piece] : []
    })
}

/** A fence swallows a line break behind it and one before its end: those stay outside. */
const codeOf = (text: string, range: { start: number; end: number; isBlock: boolean }): Piece[] => {
  const inner = text.slice(range.start, range.end)
  if (inner.trim() === '' || inner.includes('```')) return []
  const start = range.start + (inner.length - inner.replace(/^\n+/, '').length)
  const end = range.start + inner.replace(/\n+$/, '').length
  const isPlain =
    !range.isBlock &&
    !/[`\n]/.test(text.slice(start, end)) &&
    !isWordBefore(text, start) &&
    !isWordAfter(text, end)
  return [{ start, end, marker: isPlain ? '`' : '```' }]
}

/** Cuts a piece that begins inside another and ends behind it; the part behind stands by itself. */
const nest = (text: string, pieces: readonly Piece[]): Piece[] => {
  const rest = [...pieces].sort(outermostFirst)
  const result: Piece[] = []
  // Those that have not ended where the next one begins; none begins before the one in hand.
  let open: Piece[] = []
  for (let piece = rest.shift(); piece !== undefined; piece = rest.shift()) {
    const { start, end } = piece
    open = open.filter(outer => outer.end > start)
    const crossed = open.find(outer => outer.start < start && outer.end < end)
    if (crossed === undefined) {
      result.push(piece)
      open.push(piece)
      continue
    }
    rest.push({ ...piece, end: crossed.end }, ...trimLines(text, { ...piece, start: crossed.end }))
    rest.sort(outermostFirst)
  }
  return result
}

const outermostFirst = (one: Piece, other: Piece): number => one.start - other.start || other.end - one.end

/**
 * Whether a style touches no word on its outside; a marker that stands between them parts them. `all` is in the order in
 * which markers are opened.
 */
const isReadable = (text: string, piece: Piece, all: readonly Piece[]): boolean => {
  const { start, end, marker } = piece
  if (marker.startsWith('`')) return true
  // Rare, and what it takes to see whether they are parted is not little.
  const touches = { before: isWordBefore(text, start), behind: isWordAfter(text, end) }
  if (!touches.before && !touches.behind) return true
  const outer = all.slice(0, all.indexOf(piece))
  const isPartedBefore = all.some(other => other.end === start) || outer.some(other => other.start === start)
  const isPartedBehind = all.some(other => other.start === end) || outer.some(other => other.end === end)
  return (isPartedBefore || !touches.before) && (isPartedBehind || !touches.behind)
}
