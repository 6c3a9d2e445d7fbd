import { setTimeout as sleep } from 'node:timers/promises'
import type { Flow } from './flows.ts'
import { Stage } from './stage.ts'
import type { Walk } from './walk.ts'

/** A death: at which step of which flow. */
export interface Kill {
  readonly flow: string
  readonly step: string
}

export interface LivesReport {
  readonly kills: readonly Kill[]
  /** Lives that were to die, and came past none of the steps at which they should. */
  readonly missed: number
  /** What is not as it should be in the end, a line each. */
  readonly faults: readonly string[]
}

export interface LivesOptions {
  readonly folder: string
  readonly walk: Walk
  readonly flows: readonly Flow[]
  /** What the program has in its environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Kills at most. */
  readonly kills: number
  /** The number of the first life, which chooses its flow. */
  readonly first?: number
}

/** So many private chats and groups that one in doubt does not hold up the lives that follow. */
const castFor = (flows: readonly Flow[]) => ({
  chats: flows.some(({ where }) => where === 'chat') ? 8 : 0,
  groups: flows.some(({ where }) => where === 'group') ? 4 : 0,
})
/** How long a life may take to begin, and to bring about what happens in it; how long a point behind that is waited for. */
const longest = { start: 60_000, act: 6_000, rest: 500 }
/** What is in doubt is waited for, and a group takes 20 messages a minute. */
const longestPeace = 300_000

/**
 * One life of the bridge after the other: in each something happens, and it ends at the next point of the walk. What one
 * leaves behind the next ones have to carry on with. The last life is left in peace; then everything must be there.
 */
export const runLives = async ({
  folder,
  walk,
  flows,
  env = {},
  kills: most,
  first = 0,
}: LivesOptions): Promise<LivesReport> => {
  await using stage = await Stage.open({ folder, walk, ...castFor(flows), env })
  const kills: Kill[] = []
  let missed = 0
  for (let life = first; kills.length < most && life < first + 2 * most; life += 1) {
    const left = flows.filter(({ name }) => !walk.isOver(name))
    const flow = left[life % left.length]
    if (flow === undefined) break
    const spared = walk.next(flow.name)
    const isKilled = await live(stage, { flow, life, spared })
    const step = walk.hear(flow.name, stage.points, isKilled)
    if (step !== undefined) kills.push({ flow: flow.name, step })
    else if (spared !== undefined) missed += 1
  }
  return { kills, missed, faults: await judge(stage) }
}

/** Whether it was killed. */
const live = async (
  stage: Stage,
  { flow, life, spared }: { flow: Flow; life: number; spared: Iterable<string> | undefined },
): Promise<boolean> => {
  const { world, points } = stage
  const pair = stage.nextPair(flow.where)
  const scene = { world, pair, words: `Life ${life}` }
  points.plan()
  if (flow.offline) await flow.act(scene)
  points.plan(spared && { spared })
  const bridge = world.start('run')
  const ended = bridge.ended.then(() => undefined)
  await Promise.race([
    ended,
    bridge.says(({ stderr }) => stderr.includes('Ready'), longest.start).catch(() => undefined),
  ])
  points.begin()
  if (!flow.offline) await flow.act(scene)
  await Promise.race([ended, stage.settle([pair], longest.act).then(() => sleep(longest.rest))])
  if (bridge.running) bridge.kill('SIGTERM')
  const { code, signal, stderr } = await bridge.ended
  if (signal === 'SIGKILL') return true
  // Without a code it ended by the signal, before it had begun to listen for it.
  if (code !== 0 && code !== null)
    throw new Error(`In "${flow.name}" it ended by itself with ${code}\n${stderr}`)
  return false
}

const judge = async (stage: Stage): Promise<string[]> => {
  const { world, points, pairs } = stage
  points.plan()
  const bridge = world.start('run')
  await stage.settle(pairs, longestPeace)
  // A copy too many would come late.
  await sleep(2000)
  bridge.kill('SIGTERM')
  const { code, stderr } = await bridge.ended
  return [
    ...(code === 0 ? [] : [`It ended with ${code}: ${stderr}`]),
    ...stage
      .differences()
      .flatMap(({ pair, telegram, whatsapp }) => [
        ...compare(`Telegram, ${pair.contact.pushName}`, pair.telegram, telegram),
        ...compare(`WhatsApp, ${pair.contact.pushName}`, pair.whatsapp, whatsapp),
      ]),
    ...world.wa.takeSurprises(),
    ...world.tg.unexpected,
  ]
}

const compare = (where: string, wanted: readonly string[], found: readonly string[]): string[] => {
  if (JSON.stringify(wanted) === JSON.stringify(found)) return []
  const missing = wanted.filter(each => !found.includes(each))
  const strange = found.filter((each, index) => !wanted.includes(each) || found.indexOf(each) !== index)
  return [
    `${where}: missing ${JSON.stringify(missing)}, too many ${JSON.stringify(strange)}; all: ${JSON.stringify(found)}`,
  ]
}
