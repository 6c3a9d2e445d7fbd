import qrcode from 'qrcode-terminal'
import type { Sink } from './output.ts'

/** Colours by number of the fixed 6×6×6 cube: unlike the first sixteen, no theme changes them. */
const WHITE_ON_BLACK = '\u001b[38;5;231;48;5;16m'
const RESET = '\u001b[0m'
const BLOCK = '█'

/**
 * A QR code as lines of half blocks. Light modules are the foreground, and two more columns and one more row of light
 * go around it: phones want a quiet zone, and the terminal around may be dark. WhatsApp's codes come to 61 columns.
 */
export const renderQrCode = (payload: string): string[] => {
  let drawn = ''
  qrcode.generate(payload, { small: true }, text => {
    drawn = text
  })
  // The first line is the upper edge; the last one holds the code's last row of modules and half the lower edge.
  const lines = drawn.trimEnd().split('\n')
  const inner = lines.slice(1).map(line => `${BLOCK}${line}${BLOCK}`)
  const full = BLOCK.repeat(Math.max(...inner.map(line => line.length)))
  return [full, ...inner, full]
}

/**
 * Shows one QR code after the other in the same place of a terminal; in a file, one below the other. Half of all windows are too
 * low for one when they are opened (80 columns, 24 rows): that is said, and it is drawn anew when one is made larger. To be
 * disposed when codes are no longer wanted.
 *
 * @param heading stands above the first code already, and again where the screen was cleared
 */
export const openQrDisplay = (sink: Sink, heading: string): { show(payload: string): void } & Disposable => {
  let drawn: readonly string[] = []
  let fitted = true

  const paint = (lines: readonly string[]): void => {
    const painted = lines.map(line => `${WHITE_ON_BLACK}${line}${RESET}\n`).join('')
    const fits = fitsInto(sink, lines)
    const start = fitted && fits ? goBack(drawn.length) : `${CLEAR}${heading}\n`
    sink.write(`${drawn.length === 0 ? '' : start}${painted}${fits ? '' : `${tooSmall(lines)}\n`}`)
    drawn = lines
    fitted = fits
  }
  const resized = (): void => {
    if (drawn.length > 0 && !(fitted && fitsInto(sink, drawn))) paint(drawn)
  }
  if (sink.isTTY === true) sink.on?.('resize', resized)

  return {
    show(payload) {
      const lines = renderQrCode(payload)
      if (sink.isTTY === true) return paint(lines)
      sink.write(`${drawn.length === 0 ? '' : '\n'}${lines.join('\n')}\n`)
      drawn = lines
    },
    [Symbol.dispose]: () => {
      sink.off?.('resize', resized)
    },
  }
}

/** The row below the code is the cursor's. A terminal that does not know its size says 0. */
const fitsInto = ({ rows, columns }: Sink, lines: readonly string[]): boolean =>
  lines.length < (rows || Infinity) && (lines[0]?.length ?? 0) <= (columns || Infinity)

const tooSmall = (lines: readonly string[]): string =>
  `This window is too small for the code, which takes ${lines[0]?.length} columns and ${lines.length + 1} rows: make it larger, or its letters smaller, or break off and type: wa2tg login --pairing-code +NUMBER`

const CLEAR = '\u001b[2J\u001b[H'

/** Back to the first line of the last code, and clear from there. */
const goBack = (lines: number): string => `\u001b[${lines}A\u001b[J`
