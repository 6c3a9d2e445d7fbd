/**
 * Measures for how long forgetting old messages holds the bridge up: half a million messages and links of a year ago are deleted
 * as a running bridge does it, while something else is committed every few milliseconds. Prints the longest pauses.
 *
 *   node scripts/bench/prune.ts [messages]
 */
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRetention } from '../../src/bridge/retain.ts'
import { Outbox } from '../../src/outbox/index.ts'
import { quiet } from '../../test/bridge/bridge.ts'
import { tempStore } from '../../test/store/temp-store.ts'

const messages = Number(process.argv[2] ?? 250_000)
const year = 365 * 86_400_000
const mum = 'whatsapp:900000000000002@lid'
const topic = 'telegram:-1001234567890/7'

using store = tempStore()
const then = Date.now() - year
for (let first = 0; first < messages; first += 1000) {
  store.transaction(() => {
    for (let index = first; index < Math.min(first + 1000, messages); index += 1) {
      const raw = 'x'.repeat(300)
      const key = store.links.remember({ chat: mum, id: `M${index}`, author: mum, me: false, raw }, then)
      if (key !== undefined) store.links.add(key, topic, { id: String(index), raw }, then)
    }
  })
}
const left = () => store.database.get<{ n: number }>('SELECT count(*) AS n FROM messages')?.n ?? 0
console.log(`${left()} messages, ${(statSync(store.database.path).size / 1e6).toFixed(0)} MB`)

let forgotten = false
const pauses: number[] = []
const clock = {
  now: () => Date.now(),
  steady: () => Date.now(),
  sleep: (milliseconds: number) => sleep(Math.min(milliseconds, 100)),
}
const began = performance.now()
const log = {
  ...quiet,
  info() {
    forgotten = true
  },
}
using _ = startRetention({ store, outbox: new Outbox(store.database), time: clock.now, log, clock })
const session = store.session('bench')
for (let turn = 0; !forgotten; turn += 1) {
  const before = performance.now()
  await sleep(5)
  session.set([{ type: 'turn', id: String(turn % 100), value: String(turn) }])
  pauses.push(performance.now() - before - 5)
}
const sorted = pauses.toSorted((a, b) => a - b)
const at = (share: number) => `${(sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1)} ms`
console.log(
  `forgotten in ${((performance.now() - began) / 1000).toFixed(1)} s, ${left()} left; ${pauses.length} commits beside it`,
)
console.log(
  `a commit of something else came late by ${at(0.5)} (half), ${at(0.99)} (99 %), ${at(1)} (the longest)`,
)
