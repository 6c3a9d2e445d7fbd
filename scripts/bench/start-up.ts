/**
 * How long commands take that only look something up, whole processes, measured in turns: Node alone, the sources, the
 * single file.
 *
 *   node scripts/bench/start-up.ts [--rounds 20] [--binary dist/wa2tg]
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    binary: { type: 'string', default: 'dist/wa2tg' },
  },
})
const binary = resolve(values.binary)
if (!existsSync(binary)) {
  console.error(`"${binary}" is missing; type: npm run build`)
  process.exit(2)
}
const main = join(import.meta.dirname, '../../src/main.ts')
await using dir = await mkdtempDisposable(join(tmpdir(), 'wa2tg-bench-'))

/** Milliseconds from the start of the process to its end. */
const measure = ([file = '', ...args]: readonly string[]): number => {
  const began = performance.now()
  const { status, stderr } = spawnSync(file, args, { cwd: dir.path, env: {}, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}\n${stderr}`)
  return performance.now() - began
}

const list = ['map', 'list', '--data-dir', join(dir.path, 'data')]
const rows = [
  { what: 'node -e 0', command: [process.execPath, '-e', '0'] },
  { what: '--version, sources', command: [process.execPath, main, '--version'] },
  { what: '--version, single file', command: [binary, '--version'] },
  { what: 'map list, sources', command: [process.execPath, main, ...list] },
  { what: 'map list, single file', command: [binary, ...list] },
].map(row => ({ ...row, times: [] as number[] }))

// The first round warms the disk's cache and makes the database; it does not count.
for (const { command } of rows) measure(command)
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const { command, times } of rows) times.push(measure(command))
}

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN
const floor = median(rows[0]?.times ?? [])
for (const { what, times } of rows) {
  const ratio = (median(times) / floor).toFixed(1)
  console.log(`${what.padEnd(24)}${median(times).toFixed(0).padStart(5)} ms${ratio.padStart(6)} × Node alone`)
}
