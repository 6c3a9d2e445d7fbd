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
import { flows, oldDatabase, resealing, sealed, sealedStart, sealing } from './kill-points/flows.ts'
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
/** How many worlds there were so far. */
let opened = 0
/** Whether only what has still to die at a point at which nothing died anywhere has its turn. */
let isSeeking = false

const isWanted = (flow: string): boolean => isAsked(flow) && (!isSeeking || walk.hasUndied(flow))
const diedAt = (): number => walk.points.length - walk.spared.length
const left = (kills: number): number => Math.min(kills, most - killed)

/** What happens in one world. */
interface Opening {
  /** The beginnings of its flows' names; it has its turn where one of them is wanted. */
  readonly flows: readonly string[]
  readonly run: () => Promise<LivesReport>
}
const lives = (chosen: typeof flows, kills: number, env = {}): Opening => ({
  flows: chosen.map(({ name }) => name),
  run: () =>
    runLives({
      ...options,
      flows: chosen.filter(({ name }) => isWanted(name)),
      env,
      kills: left(isSeeking ? perWorld.starts : kills),
      first: killed + missed,
    }),
})

const worlds: readonly Opening[] = [
  lives(flows, perWorld.lives),
  lives([oldDatabase], perWorld.starts),
  ...[sealing, resealing, sealedStart].map(flow => lives([flow], perWorld.starts, sealed)),
  ...[byQrCode, byPairingCode].map(way => ({
    flows: [way.name, `logout before a ${way.name}`],
    run: () => runLogins({ ...options, way, kills: left(perWorld.commands) }),
  })),
  {
    flows: ['map add', 'map remove'],
    run: () => runMappings({ ...options, kills: left(perWorld.mappings) }),
  },
  ...[restoring, unsealing].map(typed => ({
    flows: Object.keys(typed.commands),
    run: () => runCommands({ ...options, typed, kills: left(perWorld.commands) }),
  })),
  { flows: [ages], run: () => runAges({ ...options, kills: left(perWorld.ages) }) },
  { flows: [crowded], run: () => runCrowds({ ...options, kills: left(perWorld.crowds) }) },
]
/** These look themselves for what is wanted. */
const runBooks = books.flatMap(book =>
  [false, true].map(
    offline => () =>
      runKinds({ ...options, book, isAsked: isWanted, offline, kills: left(Number.POSITIVE_INFINITY) }),
  ),
)

/** Opens the world that is in its turn, and says what came of it. */
const open = async (run: () => Promise<LivesReport>): Promise<void> => {
  opened += 1
  const { kills, missed: notReached, faults: found } = await run()
  killed += kills.length
  missed += notReached
  faults += found.length
  for (const fault of found) console.log(fault)
  if (found.length > 0) for (const { flow, step } of kills) console.log(`  ${flow}: ${step}`)
  if (kills.length + notReached === 0) return
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  console.log(
    `${killed} kills at ${diedAt()} points, ${missed} lives that should have died did not, ${seconds} s`,
  )
}

// Behind each whole round it seeks, until two rounds in a row have died at nothing new: so often a step is waited for in vain.
for (let idle = 0, barren = 0; idle < 2 && killed < most; ) {
  const [before, atBefore] = [killed, diedAt()]
  for (const { flows: names, run } of worlds) if (killed < most && names.some(isWanted)) await open(run)
  for (const run of runBooks) if (killed < most) await open(run)
  if (isSeeking) barren = diedAt() > atBefore ? 0 : barren + 1
  else [idle, barren] = [killed > before ? 0 : idle + 1, 0]
  isSeeking = !isSeeking || barren < 2
}
console.log(`${walk.idle} starts behind a death had too little left to do to die in it`)
const points = walk.report()
for (const line of points.told) console.log(line)
const sources = writesIn(join(import.meta.dirname, '../src'))
const isWhole = values.flow === undefined && opened >= worlds.length + runBooks.length
const { told, missing } = isWhole ? walk.writes.report(sources) : { told: [], missing: 0 }
for (const line of told) console.log(line)
// Of a walk through some flows, or of fewer worlds, not every point has its turn.
const early = isWhole ? points.early : 0
if (early > 0) console.log(`${early} points had no turn: it takes more kills`)
const isWell = faults === 0 && killed > 0 && missing === 0 && early === 0
if (killed === 0) console.log('Nothing was killed: no flow begins like that')
console.log(isWell ? 'Each message once, in order in every chat' : 'FAILED')
process.exitCode = isWell ? 0 : 1
