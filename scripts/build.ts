/**
 * Makes the single file: Node, the program and SQLite's addon in one executable.
 *
 *   node scripts/build.ts [--out dist/wa2tg] [--target linux-x64]
 */
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from './build/bundle.ts'
import { check } from './build/check.ts'
import { collectLicences } from './build/licences.ts'
import { pack } from './build/pack.ts'
import { findTarget, isThisMachine, thisMachine } from './build/target.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'dist/wa2tg' },
    target: { type: 'string', default: thisMachine },
  },
})
const target = findTarget(values.target)
const out = resolve(values.out)

await using work = await mkdtempDisposable(join(tmpdir(), 'wa2tg-build-'))
const { program, sources } = await bundle(work.path)
await pack({ program, licences: await collectLicences(sources, target), target, out })
if (isThisMachine(target)) await check(out)
console.log(out)
