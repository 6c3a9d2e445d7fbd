import { join } from 'node:path'
import { eventually } from '../../test/simulators/eventually.ts'
import type { World } from '../../test/simulators/world.ts'
import { count, look } from './look.ts'
import type { Kill, LivesReport } from './run-lives.ts'
import { openDoomed } from './stage.ts'
import type { Walk } from './walk.ts'

export interface AgesOptions {
  readonly folder: string
  readonly walk: Walk
  /** Kills at most. */
  readonly kills: number
}

/** The scope of this walk. */
export const ages = 'a start after a year'

const year = 365 * 86_400_000
/** How long one life may take to come past a point, and the last one to do all, in milliseconds of this machine. */
const longest = { life: 15_000, peace: 60_000 }
/** The bridge forgets a minute after its start: five seconds of this machine. */
const fast = { NODE_OPTIONS: `--import ${join(import.meta.dirname, '../../test/e2e/fast-time.ts')}` }

/**
 * Time and again a year goes by while the bridge is away, which dies behind that and is started again: what is old is forgotten, and a
 * message that Telegram never took is given up and told once, whatever comes behind it.
 */
export const runAges = async ({ folder, walk, kills: most }: AgesOptions): Promise<LivesReport> => {
  const { world: opened, points } = await openDoomed(folder, { env: fast })
  await using world = opened
  const { tg, owner } = world
  const home = tg.addPrivateChat(owner)
  const { alice, group } = await world.mapAlice()
  const kills: Kill[] = []
  let missed = 0
  const faults: string[] = []
  const seen = () => group.transcript().map(({ text }) => text)
  const told = () => home.transcript().filter(({ text }) => text.includes('could not be shown')).length
  const expected: string[] = []
  for (let life = 0; kills.length < most && life < 2 * most && !walk.isOver(ages); life += 1) {
    const [refused, behind] = [`Life ${life}, refused`, `Life ${life}, behind it`]
    tg.faults.next('sendMessage', 'reset-before', { times: 1_000_000, when: ({ text }) => text === refused })
    const before = await world.run()
    await alice.send(refused)
    await eventually(() => isTried(world), 'a message that Telegram does not take', longest.peace)
    before.kill('SIGTERM')
    await before.ended
    letAYearGoBy(world)
    await alice.send(behind)
    expected.push(behind)
    const isDone = (): boolean => told() > life && seen().includes(behind) && isForgotten(world)

    const spared = walk.next(ages)
    points.plan(spared && { spared })
    const doomed = world.start('run')
    await Promise.race([doomed.ended, eventually(isDone, 'all', longest.life).catch(() => undefined)])
    if (doomed.running) doomed.kill('SIGTERM')
    const { signal } = await doomed.ended
    const step = walk.hear(ages, points, signal === 'SIGKILL')
    points.plan()
    if (step !== undefined) kills.push({ flow: ages, step })
    else if (spared !== undefined) missed += 1
    const inPeace = await world.run()
    await eventually(isDone, 'all', longest.peace).catch(() => undefined)
    inPeace.kill('SIGTERM')
    await inPeace.ended
    tg.faults.clear()
    if (isDone() && told() === life + 1 && JSON.stringify(seen()) === JSON.stringify(expected)) continue
    faults.push(
      `${ages}: ${JSON.stringify({ seen: seen(), expected, told: told(), isForgotten: isForgotten(world) })}`,
    )
    break
  }
  return { kills, missed, faults: [...faults, ...world.wa.takeSurprises(), ...tg.unexpected] }
}

/** What failed in the life before has been tried, too. */
const isTried = (world: World): boolean => count(world, "jobs WHERE attempts > 0 AND state <> 'failed'") > 0

/** What was there a year ago: messages, what was said about keeping one that nobody knows, and a job that has failed. */
const isForgotten = (world: World): boolean =>
  count(world, "messages WHERE id GLOB 'OLD*'") === 0 &&
  count(world, "jobs WHERE state = 'failed' AND created_at < 1000") === 0 &&
  count(world, 'keeps') === 0

const letAYearGoBy = (world: World): void => {
  const then = Date.now() - year
  look(world, ({ database, links, expiry, transaction }) =>
    transaction(() => {
      const chat = 'whatsapp:999@lid'
      for (const id of ['OLD1', 'OLD2', 'OLD3']) links.remember({ chat, id, me: true }, then)
      expiry.keep({ chat, id: 'OLD' }, { kept: true, person: chat, at: then })
      database.run("UPDATE jobs SET created_at = 1, last_failed_at = 1 WHERE state = 'failed'")
      database.run("UPDATE jobs SET failing_for = ?, due_at = 0 WHERE state <> 'failed'", year)
      database.run('UPDATE chats SET notified_at = NULL')
    }),
  )
}
