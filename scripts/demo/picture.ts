import { lettersOf, widthOf } from '../../src/cli/output.ts'

/** Units of the picture: a column, a line, and what is left free around the text. */
const column = 10
const line = 22
const margin = 24
const bar = 40

/**
 * A letter for a column in every font of one width. Others, emoji above all, are wider here and narrower there: each
 * gets a place of its own.
 */
const PLAIN = /^[\u0020-\u024f–—‘’“”…]$/
const LINE = /^─$/
/** A picture that a terminal gives one column, since it could be a plain sign too; fonts draw it wider. */
const OVERWIDE = /^[\u{1f000}-\u{1faff}]$/u

interface Run {
  readonly text: string
  /** Where it begins, and how many columns it has. */
  readonly at: number
  readonly width: number
  readonly style: string
}

/**
 * Draws lines of a terminal with their colours as a window. The SVG needs nothing from outside, no font either: whatever
 * font of one width the reader has, each run of letters is set to the columns that it has in a terminal.
 */
export const drawTerminal = (
  lines: readonly string[],
  { title, columns }: { title: string; columns: number },
): string => {
  const width = columns * column + 2 * margin
  const height = bar + lines.length * line + margin
  const text = lines.flatMap((each, row) => runsOf(each).map(run => draw(run, bar + (row + 1) * line)))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${css}</style>`,
    `<rect class="window" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10"/>`,
    ...[24, 44, 64].map(x => `<circle cx="${x}" cy="21" r="6"/>`),
    `<text class="title" x="${width / 2}" y="26">${escapeXml(title)}</text>`,
    ...text,
    '</svg>',
    '',
  ].join('\n')
}

/** Light on dark, in pages of either kind; each colour has a contrast of at least 7 to 1. */
const css = [
  'text{font:16.6px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;fill:#e6edf3}',
  '.window{fill:#161b22;stroke:#3d444d}',
  'circle{fill:#3d444d}',
  'path{stroke:#7d8590;stroke-width:1.5}',
  '.title{fill:#b1bac4;font-size:14px;text-anchor:middle}',
  '.bold{font-weight:700}',
  '.small{font-size:10px}',
  // Some emoji are as dark as the window.
  '.wide{filter:drop-shadow(0 0 1px #e6edf3)}',
  '.dim{fill:#b1bac4}',
  '.green{fill:#7ee787}',
  '.cyan{fill:#79c0ff}',
].join('')

const draw = ({ text, at, width, style }: Run, y: number): string => {
  const x = margin + at * column
  if (LINE.test(text.slice(0, 1))) return `<path d="M${x} ${y - 6}h${width * column}"/>`
  const isPlain = PLAIN.test(text.slice(0, 1))
  const length = width > 1 && isPlain ? ` textLength="${width * column}"` : ''
  const size = isPlain ? '' : width > 1 ? 'wide' : OVERWIDE.test(text) ? 'small' : ''
  const classes = [style, size].filter(Boolean).join(' ')
  return `<text${classes && ` class="${classes}"`} x="${x}" y="${y}"${length}>${escapeXml(text)}</text>`
}

/** What stands in a line, cut where the style changes, at every gap and around each letter that needs a place of its own. */
const runsOf = (text: string): Run[] => {
  const runs: Run[] = []
  let at = 0
  for (const { text: part, style } of stylesOf(text)) {
    for (const piece of piecesOf(part)) {
      const width = widthOf(piece)
      if (piece.trim() !== '') runs.push({ text: piece, at, width, style })
      at += width
    }
  }
  return runs
}

const piecesOf = (text: string): string[] => {
  const pieces: string[] = []
  for (const words of text.split(/( {2,}|─+)/)) {
    if (/^(─| {2})/.test(words)) {
      pieces.push(words)
      continue
    }
    let plain = ''
    for (const letter of lettersOf(words)) {
      if (PLAIN.test(letter)) plain += letter
      else {
        pieces.push(plain, letter)
        plain = ''
      }
    }
    pieces.push(plain)
  }
  return pieces.flatMap(piece => piece.split(/^( +)|( +)$/)).filter(piece => piece)
}

const codes: Readonly<Record<string, string>> = { 1: 'bold', 2: 'dim', 32: 'green', 36: 'cyan' }

/** The parts of a line with the names of their styles; a code that no style of the demo has is an error. */
const stylesOf = (text: string): { text: string; style: string }[] => {
  let weight = ''
  let colour = ''
  return text.split(/\u001b\[(\d+)m/).flatMap((part, index) => {
    if (index % 2 === 0) return part === '' ? [] : [{ text: part, style: [weight, colour].join(' ').trim() }]
    const style = codes[part]
    if (part === '22') weight = ''
    else if (part === '39') colour = ''
    else if (style === undefined) throw new Error(`No picture has the style ${part}`)
    else if (style === 'bold' || style === 'dim') weight = style
    else colour = style
    return []
  })
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
