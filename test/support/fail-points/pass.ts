import { existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { mostTold, notes, stepName, type Writes, type WrittenPlan } from './notes.ts'

const folder = process.env['WA2TG_FAIL_POINTS'] ?? ''
const plan = JSON.parse(readFileSync(join(folder, notes.plan), 'utf8')) as WrittenPlan
const isMeant = plan.command === undefined || process.argv.includes(plan.command)
const spared = plan.spared && new Set(plan.spared)
const usual = new Set(plan.latest?.usual)
let unusual = 0
const only = plan.only === undefined ? undefined : new RegExp(plan.only)
const passed = openSync(join(folder, notes.passed), 'a', 0o600)
const writes = openSync(join(folder, notes.writes), 'a', 0o600)
const seen = new Set<string>()
const begun = join(folder, notes.begun)
let isBegun = false
let counts = new Map<string, number>()

/** The program comes past a named point: it is written down, and where the plan says so, this is the end. */
export const pass = (point: string, commit?: Writes): void => {
  if (!isMeant) return
  if (!isBegun && existsSync(begun)) {
    isBegun = true
    counts = new Map()
  }
  const nth = (counts.get(point) ?? 0) + 1
  counts.set(point, nth)
  const step = stepName(point, nth, isBegun)
  if (nth <= mostTold && !usual.has(point)) unusual += 1
  const isDue = spared?.has(step) === false || only?.test(step) === true || unusual === plan.latest?.nth
  const isEnd = nth <= mostTold && isDue
  if (commit !== undefined && (isEnd || commit.what.some(each => !seen.has(each)))) {
    for (const each of commit.what) seen.add(each)
    writeSync(writes, `${JSON.stringify({ ...commit, isEnd })}\n`)
  }
  if (nth > mostTold) return
  writeSync(passed, `${step}\n`)
  if (isEnd) process.kill(process.pid, 'SIGKILL')
}
