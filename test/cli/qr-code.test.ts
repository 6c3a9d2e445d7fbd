import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
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
  const write = (more: string) => {
    text += more
  }
  const display = openQrDisplay({ ...sink, write }, 'Scan:')
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

/** A terminal whose size somebody changes. */
const openWindow = (rows: number, columns: number) => {
  const events = new EventEmitter()
  const sink = {
    isTTY: true,
    rows,
    columns,
    text: '',
    write: (more: string) => {
      sink.text += more
    },
    on: (event: 'resize', listener: () => void) => events.on(event, listener),
    off: (event: 'resize', listener: () => void) => events.off(event, listener),
    resize(rows: number, columns: number) {
      sink.text = ''
      Object.assign(sink, { rows, columns })
      events.emit('resize')
    },
  }
  return sink
}

for (const [what, rows, columns] of [
  ['low', 24, 80],
  ['narrow', 50, 60],
] as const) {
  test(`where the window is too ${what} for the code that is said, and what to do; made larger, it is drawn anew`, () => {
    const window = openWindow(rows, columns)
    using display = openQrDisplay(window, 'Scan:')
    display.show(payload)
    assert.match(
      window.text,
      /\nThis window is too small for the code, which takes \d+ columns and \d+ rows: .*--pairing-code \+NUMBER\n$/,
    )
    window.resize(50, 80)
    assert.ok(window.text.startsWith('\u001b[2J\u001b[HScan:\n'))
    assert.equal(readQrCode(window.text), payload)
    assert.ok(!window.text.includes('too small'))
    window.resize(60, 90)
    assert.equal(window.text, '')
    window.resize(rows, columns)
    assert.match(window.text, /too small/)
    display[Symbol.dispose]()
    window.resize(50, 80)
    assert.equal(window.text, '')
  })
}

test('a window that does not say how large it is gets the code', () => {
  const window = openWindow(0, 0)
  using display = openQrDisplay(window, 'Scan:')
  display.show(payload)
  assert.equal(readQrCode(window.text), payload)
  assert.ok(!window.text.includes('too small'))
})

test('in a file there is no colour and nothing is drawn over', () => {
  const text = show([payload, payload], {})
  assert.ok(!text.includes('\u001b'))
  const code = `${renderQrCode(payload).join('\n')}\n`
  assert.equal(text, `${code}\n${code}`)
})
