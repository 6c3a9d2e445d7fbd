import { openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.env['WA2TG_FAIL_POINTS'] ?? ''
const [, nth = '0', target] = /^(\d+) (.+)$/.exec(readFileSync(join(folder, 'kill-at'), 'utf8')) ?? []
const passed = openSync(join(folder, 'passed'), 'a', 0o600)
let left = Number(nth)

/** The program comes past a named point: it is written down, and where the plan says so, this is the end. */
export const pass = (point: string): void => {
  writeSync(passed, `${point}\n`)
  if (point !== target) return
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}
