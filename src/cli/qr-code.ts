import qrcode from 'qrcode-terminal'
import type { Sink } from './output.ts'

/** Colours by number of the fixed 6×6×6 cube: unlike the first sixteen, no theme changes them. */
const WHITE_ON_BLACK = '\u001b[38;5;231;48;5;16m'
const RESET = '\u001b[0m'
const BLOCK = '█'

/**
 * A QR code as lines of half blocks. Light modules are the foreground, and two more columns and one more row of light
 * go around it: phones want a quiet zone, and the terminal around may be dark. WhatsApp's codes come to 63 columns.
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

/** Shows one QR code after the other in the same place of a terminal; in a file, one below the other. */
export const openQrDisplay = (sink: Sink): { show(payload: string): void } => {
  let shown = 0
  return {
    show(payload) {
      const lines = renderQrCode(payload)
      if (sink.isTTY !== true) {
        sink.write(`${shown === 0 ? '' : '\n'}${lines.join('\n')}\n`)
        shown = lines.length
        return
      }
      const painted = lines.map(line => `${WHITE_ON_BLACK}${line}${RESET}\n`).join('')
      sink.write(`${goBack(shown, sink.rows)}${painted}`)
      shown = lines.length
    },
  }
}

/** Back to the first line of the last code and clear from there; where that has scrolled away, clear the screen. */
const goBack = (lines: number, rows = Infinity): string => {
  if (lines === 0) return ''
  return lines < rows ? `\u001b[${lines}A\u001b[J` : '\u001b[2J\u001b[H'
}
