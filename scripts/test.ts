/**
 * Runs every test with Node's own runner. Arguments are passed on: a path narrows the run, as in
 * `npm test -- test/store`.
 */
import { spawnSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const asked = process.argv.slice(2).filter(argument => !argument.startsWith('-'))
const flags = process.argv.slice(2).filter(argument => argument.startsWith('-'))
const files = (asked.length > 0 ? asked : ['test']).flatMap(path =>
  statSync(path).isDirectory() ? globSync(join(path, '**/*.test.ts')).sort() : [path],
)

if (files.length === 0) {
  console.error('No tests found')
  process.exit(1)
}
// Most tests wait longer than they work: with fewer than two files for each core, the cores are half idle.
const concurrency = `--test-concurrency=${2 * availableParallelism()}`
// What waits for ever is named in the end; nothing takes as long on the slowest machine.
const timeout = `--test-timeout=${30 * 60_000}`
// Each file is a process, and many start the program: what one has compiled, the others need not compile again.
const env = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/compiled'),
  ...process.env,
}
const { status } = spawnSync(process.execPath, ['--test', concurrency, timeout, ...flags, ...files], {
  stdio: 'inherit',
  env,
})
process.exit(status ?? 1)
