/**
 * The fuzz tests at any size: stanzas, protobufs, updates and Bot API answers made from what both protocols allow and
 * what they do not.
 *
 *   node scripts/fuzz.ts [--inputs 100000] [--seed 1]
 *
 * Prints how many inputs of which kind were survived; a failure names the input.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

/** Inputs of one run at scale 1, as in `npm test`. */
const inCi = 5000

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
})
const scale = Number(values.inputs) / inCi
console.log(`${values.inputs} inputs, seed ${values.seed}`)
const { status } = spawnSync(process.execPath, ['scripts/test.ts', 'test/fuzz'], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_SCALE: String(scale), FUZZ_SEED: values.seed },
})
process.exit(status ?? 1)
