/**
 * Kills the bridge at every named step of a message's life: a test build, made by a preload alone
 * (`test/support/fail-points/`), dies by SIGKILL when it passes a point for the nth time. Each flow (all kinds of messages and
 * changes, both ways, live and offline; what is in doubt and searched for; reconnects; a crowd of texts that are joined; databases
 * of earlier releases, or sealed ones; a year that goes by; logins, logouts, mappings, backups) is walked step by step, until each of
 * the first passings of each point was a death, or so many were died. Time and again it is left in peace, and looked at what a person
 * sees: everything once, in order. In the end it says at how many points something died, and at which nothing did (what is waited for
 * in vain comes only sometimes), and, of a whole walk, which statements that write something no life came past. A whole walk fails
 * where one of these had no test elsewhere, or a point had no turn.
 *
 *   node scripts/kill-points.ts [--kills 2000] [--flow "text to Telegram, live" --flow "Doubt" …]
 *
 * A flow is asked for by the beginning of its name.
 */
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { flows, oldDatabase, resealing, sealed, sealing } from './kill-points/flows.ts'
import { books } from './kill-points/kinds/books.ts'
import { ages, runAges } from './kill-points/run-ages.ts'
import { restoring, runCommands, unsealing } from './kill-points/run-commands.ts'
import { crowded, runCrowds } from './kill-points/run-crowds.ts'
import { runKinds } from './kill-points/run-kinds.ts'
import { type LivesReport, runLives } from './kill-points/run-lives.ts'
import { byPairingCode, byQrCode, runLogins } from './kill-points/run-logins.ts'
import { runMappings } from './kill-points/run-mappings.ts'
import { Walk } from './kill-points/walk.ts'
import { writesIn } from './kill-points/writes.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '2000' }, flow: { type: 'string', multiple: true } },
})
// libsignal prints whole session objects; here the simulated phones' end of it runs in this process.
console.info = () => undefined

/** Kills in one world: more messages would run into the limits of the simulated groups. */
const perWorld = { lives: 80, starts: 10, commands: 10, mappings: 40, ages: 10, crowds: 10 }
const most = Number(values.kills)
if (!(most > 0)) throw new Error(`--kills: expected a number above 0, found "${values.kills}"`)
const asked = values.flow ?? ['']
const isAsked = (name: string): boolean => asked.some(beginning => name.startsWith(beginning))

await using folder = await mkdtempDisposable(join(tmpdir(), 'wa2tg-points-'))
const walk = new Walk()
const options = { folder: folder.path, walk }
const began = performance.now()
let killed = 0
let missed = 0
let faults = 0
/** How many worlds there were so far, and how many times all of them. */
let opened = 0
let round = 0

const isWanted = (name: string): boolean => isAsked(name) && (round % 2 === 0 || walk.hasUndied(name))
const diedAt = (): number => walk.points.length - walk.spared.length
const left = (kills: number): number => Math.min(kills, most - killed)
const lives =
  (chosen: typeof flows, kills: number, env = {}) =>
  async (): Promise<LivesReport> =>
    await runLives({ ...options, flows: chosen, env, kills: left(kills), first: killed + missed })

/** What happens in one world each. */
const worlds: (() => Promise<LivesReport>)[] = [
  ...[{ chosen: flows.filter(({ name }) => isAsked(name)), kills: perWorld.lives }]
    .filter(({ chosen }) => chosen.length > 0)
    .map(({ chosen, kills }) => lives(chosen, kills)),
  ...(isAsked(oldDatabase.name) ? [lives([oldDatabase], perWorld.starts)] : []),
  ...[sealing, resealing]
    .filter(({ name }) => isAsked(name))
    .map(flow => lives([flow], perWorld.starts, sealed)),
  ...[byQrCode, byPairingCode]
    .filter(({ name }) => isAsked(name))
    .map(way => () => runLogins({ ...options, way, kills: left(perWorld.commands) })),
  ...(isAsked('map add') ? [() => runMappings({ ...options, kills: left(perWorld.mappings) })] : []),
  ...[restoring, unsealing]
    .filter(({ commands }) => Object.keys(commands).some(isAsked))
    .map(typed => () => runCommands({ ...options, typed, kills: left(perWorld.commands) })),
  ...(isAsked(ages) ? [() => runAges({ ...options, kills: left(perWorld.ages) })] : []),
  ...(isAsked(crowded) ? [() => runCrowds({ ...options, kills: left(perWorld.crowds) })] : []),
  ...books.flatMap(book =>
    [false, true].map(
      offline => () =>
        runKinds({ ...options, book, isAsked: isWanted, offline, kills: left(Number.POSITIVE_INFINITY) }),
    ),
  ),
]

// Each second round takes of the kinds only those with points at which nothing died yet.
for (let idle = 0; idle < 2 && killed < most; round += 1) {
  const before = killed
  for (const world of worlds) {
    if (killed >= most) break
    opened += 1
    const { kills, missed: notReached, faults: found } = await world()
    killed += kills.length
    missed += notReached
    faults += found.length
    for (const fault of found) console.log(fault)
    if (found.length > 0) for (const { flow, step } of kills) console.log(`  ${flow}: ${step}`)
    if (kills.length + notReached === 0) continue
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    console.log(
      `${killed} kills at ${diedAt()} points, ${missed} lives that should have died did not, ${seconds} s`,
    )
  }
  idle = killed > before ? 0 : idle + 1
}
console.log(`${walk.idle} starts behind a death had too little left to do to die in it`)
const points = walk.report()
for (const line of points.told) console.log(line)
const sources = writesIn(join(import.meta.dirname, '../src'))
const isWhole = values.flow === undefined && opened >= worlds.length
const { told, missing } = isWhole ? walk.writes.report(sources) : { told: [], missing: 0 }
for (const line of told) console.log(line)
// Of a walk through some flows, or of fewer worlds, not every point has its turn.
const early = isWhole ? points.early : 0
if (early > 0) console.log(`${early} points had no turn: it takes more kills`)
const isWell = faults === 0 && killed > 0 && missing === 0 && early === 0
if (killed === 0) console.log('Nothing was killed: no flow begins like that')
console.log(isWell ? 'Each message once, in order in every chat' : 'FAILED')
process.exitCode = isWell ? 0 : 1
