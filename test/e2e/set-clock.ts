/**
 * Loaded before the program: a wall clock that is set, at the start and at SIGUSR2, to what a file says it is wrong by
 * (milliseconds).
 */
import { existsSync, readFileSync } from 'node:fs'

const RealDate = Date
const { now } = Date
const file = process.env['WA2TG_TEST_CLOCK'] ?? ''
const read = (): number => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0)
let wrongBy = read()

class SetDate extends RealDate {
  constructor(...parts: ConstructorParameters<typeof Date> | []) {
    if (parts.length === 0) super(now() + wrongBy)
    else super(...(parts as ConstructorParameters<typeof Date>))
  }

  static override now(): number {
    return now() + wrongBy
  }
}

globalThis.Date = SetDate as DateConstructor
process.on('SIGUSR2', () => {
  wrongBy = read()
})
