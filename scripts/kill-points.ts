/**
 * Kills the bridge at every named step of a message's life: a test build, made by a preload alone
 * (`test/support/fail-points/`), dies by SIGKILL when it passes a point for the nth time. Each flow (kinds of messages and
 * changes, both ways, live and offline; reconnects; a database of the first release; a login) is walked point by point, until
 * each of the first passings of each point was a death, or so many were died. Every hundred kills it is left in peace, and looked at what
 * a person sees: everything once, in order.
 *
 *   node scripts/kill-points.ts [--kills 2000] [--flow "text to Telegram, live"]
 */
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { flows, oldDatabase } from './kill-points/flows.ts'
import { type LivesReport, runLives } from './kill-points/run-lives.ts'
import { runLogins } from './kill-points/run-logins.ts'
import { Walk } from './kill-points/walk.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '2000' }, flow: { type: 'string' } },
})
// libsignal prints whole session objects; here the simulated phones' end of it runs in this process.
console.info = () => undefined

/** Kills in one world: more messages would run into the limits of the simulated groups. */
const perWorld = { lives: 80, old: 10, logins: 10 }
const most = Number(values.kills)
const isAsked = (name: string): boolean => values.flow === undefined || name === values.flow
const worlds = [
  { flows: flows.filter(({ name }) => isAsked(name)), kills: perWorld.lives },
  { flows: [oldDatabase].filter(({ name }) => isAsked(name)), kills: perWorld.old },
].filter(world => world.flows.length > 0)

await using folder = await mkdtempDisposable(join(tmpdir(), 'wa2tg-points-'))
const walk = new Walk()
const began = performance.now()
let killed = 0
let missed = 0
let faults = 0

const count = ({ kills, missed: notReached, faults: found }: LivesReport): void => {
  killed += kills.length
  missed += notReached.length
  faults += found.length
  for (const fault of found) console.log(fault)
  if (found.length > 0) for (const { flow, point, nth } of kills) console.log(`  ${flow}: ${nth} ${point}`)
}

for (let before = -1; before < killed && killed < most; ) {
  before = killed
  const options = { folder: folder.path, walk }
  const left = (kills: number): number => Math.min(kills, most - killed)
  for (const world of worlds) {
    count(
      await runLives({ ...options, flows: world.flows, kills: left(world.kills), first: killed + missed }),
    )
  }
  if (isAsked('login')) count(await runLogins({ ...options, kills: left(perWorld.logins) }))
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  console.log(`${killed} kills at ${walk.points.length} points, ${missed} not reached, ${seconds} s`)
}
console.log(faults === 0 ? 'Each message once, in order in every chat' : 'FAILED')
process.exitCode = faults === 0 ? 0 : 1
