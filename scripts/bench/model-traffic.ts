/**
 * Writes the traces that `drain.ts` and `test/traffic` play (test/traffic/fixtures): modelled traffic of ten kinds.
 *
 *   node scripts/bench/model-traffic.ts
 */
import { writeFileSync } from 'node:fs'
import { made } from '../../test/traffic/made.ts'
import { renderTrace, traceFile, traceNames } from '../../test/traffic/trace.ts'

for (const name of traceNames) {
  const trace = made[name]()
  writeFileSync(traceFile(name), renderTrace(trace))
  const minutes = ((trace.rows.at(-1)?.[0] ?? 0) / 60_000).toFixed(1)
  console.log(`${name}: ${trace.rows.length} events in ${trace.chats.length} chats over ${minutes} minutes`)
}
