import { existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { mostTold, notes, stepName, type WrittenPlan } from './notes.ts'

const folder = process.env['WA2TG_FAIL_POINTS'] ?? ''
const plan = JSON.parse(readFileSync(join(folder, notes.plan), 'utf8')) as WrittenPlan
const isMeant = plan.command === undefined || process.argv.includes(plan.command)
const spared = plan.spared && new Set(plan.spared)
const only = plan.only === undefined ? undefined : new RegExp(plan.only)
const passed = openSync(join(folder, notes.passed), 'a', 0o600)
const begun = join(folder, notes.begun)
let isBegun = false
let counts = new Map<string, number>()

/** The program comes past a named point: it is written down, and where the plan says so, this is the end. */
export const pass = (point: string): void => {
  if (!isMeant) return
  if (!isBegun && existsSync(begun)) {
    isBegun = true
    counts = new Map()
  }
  const nth = (counts.get(point) ?? 0) + 1
  counts.set(point, nth)
  if (nth > mostTold) return
  const step = stepName(point, nth, isBegun)
  writeSync(passed, `${step}\n`)
  if (spared?.has(step) === false || only?.test(step)) process.kill(process.pid, 'SIGKILL')
}
