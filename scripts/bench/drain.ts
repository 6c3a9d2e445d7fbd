/**
 * Measures how well the pace uses what Telegram allows: ten mixes of traffic go through the real worker, outbox and SQLite
 * on a virtual clock, to the rates of the Bot API simulator. Prints how long each took, the least that the budgets allow,
 * and how often Telegram refused.
 *
 *   node scripts/bench/drain.ts
 */
import { drain } from '../../test/outbox/drain.ts'
import { mixes } from '../../test/outbox/mixes.ts'

console.log('| Mix | Messages | Took | Optimum | More | 429 |\n|---|---|---|---|---|---|')
for (const [name, arrivals] of Object.entries(mixes)) {
  const { took, optimum, refusals, impatient } = await drain(arrivals)
  const messages = arrivals.flatMap(({ calls }) => calls).reduce((sum, each) => sum + each, 0)
  const more = optimum === 0 ? '–' : `${((took / optimum - 1) * 100).toFixed(1)} %`
  console.log(
    `| ${name} | ${messages} | ${(took / 1000).toFixed(1)} s | ${(optimum / 1000).toFixed(1)} s | ${more} | ${refusals}${impatient > 0 ? ` (${impatient} impatient)` : ''} |`,
  )
}
