import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { openQrDisplay, renderQrCode } from '../../src/cli/qr-code.ts'
import { readQrCode } from '../simulators/camera.ts'

/** As long as WhatsApp's: a reference and three keys in base64. */
const payload = `2@${'Ab1+/'.repeat(30)},${'c'.repeat(43)}=,${'d'.repeat(43)}=,${'e'.repeat(43)}=`

const require = createRequire(import.meta.url)
const QRCode = require('qrcode-terminal/vendor/QRCode')
const { L } = require('qrcode-terminal/vendor/QRCode/QRErrorCorrectLevel')

const modulesOf = (text: string): boolean[][] => {
  const code = new QRCode(-1, L)
  code.addData(text)
  code.make()
  return code.modules
}

/** What a camera sees: half blocks read as two rows of modules each, dark where there is no foreground. */
const look = (lines: readonly string[]): boolean[][] =>
  lines.flatMap(line => [
    [...line].map(char => char === ' ' || char === '▄'),
    [...line].map(char => char === ' ' || char === '▀'),
  ])

test('the drawing holds every module of the code inside a light frame', () => {
  const seen = look(renderQrCode(payload))
  const modules = modulesOf(payload)
  const top = seen.findIndex(row => row.includes(true))
  const left = seen[top]?.indexOf(true) ?? -1
  assert.ok(top >= 2 && left >= 2, `${top} ${left}`)
  const size = modules.length
  for (const [y, row] of seen.entries()) {
    for (const [x, dark] of row.entries()) {
      const inside = y >= top && y < top + size && x >= left && x < left + size
      assert.equal(dark, inside ? modules[y - top]?.[x - left] : false, `at ${x},${y}`)
    }
  }
  assert.ok(seen.length - top - size >= 2)
  for (const row of seen) assert.ok(row.length - left - size >= 2)
})

test('a camera reads what was drawn last', () => {
  assert.equal(readQrCode(show([payload, `${payload}2`], {})), `${payload}2`)
})

test('a code as long as WhatsApp’s fits into 80 columns', () => {
  for (const line of renderQrCode(payload)) assert.ok(line.length <= 80, String(line.length))
})

const show = (codes: readonly string[], sink: { isTTY?: boolean; rows?: number }): string => {
  let text = ''
  const display = openQrDisplay({
    ...sink,
    write: (more: string) => {
      text += more
    },
  })
  for (const code of codes) display.show(code)
  return text
}

test('on a terminal every line brings its own black and white', () => {
  const lines = show([payload], { isTTY: true, rows: 50 }).trimEnd().split('\n')
  for (const line of lines) assert.match(line, /^\u001b\[38;5;231;48;5;16m[ █▀▄]+\u001b\[0m$/)
})

test('the next code is drawn over the last one', () => {
  const height = renderQrCode(payload).length
  const text = show([payload, `${payload}2`], { isTTY: true, rows: 50 })
  assert.equal(text.split(`\u001b[${height}A\u001b[J`).length, 2)
})

test('in a terminal that is too low the screen is cleared instead', () => {
  const text = show([payload, payload], { isTTY: true, rows: 20 })
  assert.equal(text.split('\u001b[2J\u001b[H').length, 2)
})

test('in a file there is no colour and nothing is drawn over', () => {
  const text = show([payload, payload], {})
  assert.ok(!text.includes('\u001b'))
  const code = `${renderQrCode(payload).join('\n')}\n`
  assert.equal(text, `${code}\n${code}`)
})
