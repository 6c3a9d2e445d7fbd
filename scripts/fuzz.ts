/**
 * The fuzz tests at any size: stanzas, protobufs, updates and Bot API answers made from what both protocols allow and
 * what they do not.
 *
 *   npm run fuzz -- [--inputs 100000] [--seed 1]
 *
 * Prints how many inputs of which kind were survived; a failure names the input.
 */
import { spawnSync } from 'node:child_process'
import { readNumbers } from './options.ts'

/** Inputs of one run at scale 1, as in `npm test`. */
const inCi = 5000

const { inputs, seed } = readNumbers({
  inputs: { usual: 100_000, least: 1, whole: true },
  seed: { usual: Math.floor(Math.random() * 2 ** 31), least: 0, most: 2 ** 31 - 1, whole: true },
})
console.log(`${inputs} inputs, seed ${seed}`)
// A hundred thousand take a while, and longer where something else is at work.
const timeout = `--test-timeout=${6 * 3_600_000}`
const { status } = spawnSync(process.execPath, ['scripts/test.ts', timeout, 'test/fuzz'], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_SCALE: String(inputs / inCi), FUZZ_SEED: String(seed) },
})
process.exit(status ?? 1)
