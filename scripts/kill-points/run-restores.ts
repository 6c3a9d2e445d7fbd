import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../../test/simulators/eventually.ts'
import type { World } from '../../test/simulators/world.ts'
import type { Kill, LivesReport } from './run-lives.ts'
import { openDoomed } from './stage.ts'
import type { Walk } from './walk.ts'

export interface RestoresOptions {
  readonly folder: string
  readonly walk: Walk
  /** Kills at most. */
  readonly kills: number
}

/** The commands that are killed, and what is typed; each is typed again when it was. */
const commands = {
  backup: ['backup', 'a.backup', '--passphrase-file', 'passphrase', '--force'],
  restore: ['restore', 'a.backup', '--passphrase-file', 'passphrase', '--force'],
} as const

/**
 * One backup after the other, each put back before anything else happens; both are killed at the next point of their walk. A backup
 * that was killed is no backup or a whole one, and what was there before a restore is there, or what was in the backup. A message
 * waits at WhatsApp meanwhile, and one is written behind it.
 */
export const runRestores = async ({ folder, walk, kills: most }: RestoresOptions): Promise<LivesReport> => {
  const { world: opened, points } = await openDoomed(folder)
  await using world = opened
  const { alice, group } = await world.mapAlice()
  await writeFile(join(world.folder, 'passphrase'), 'correct horse', { mode: 0o600 })
  const kills: Kill[] = []
  let missed = 0
  const expected: string[] = []
  const scopes = Object.entries(commands)
  for (let life = 0; kills.length < most && life < 2 * most; life += 1) {
    if (scopes.every(([scope]) => walk.isOver(scope))) break
    for (const [scope, args] of scopes) {
      const words = `Life ${life}, before the ${scope}`
      expected.push(words)
      await alice.send(words)
      const spared = walk.next(scope)
      points.plan(spared && { spared })
      const { signal } = await world.wa2tg(...args)
      const step = walk.learn(scope, points.passed(), signal === 'SIGKILL')
      points.plan()
      if (step !== undefined) kills.push({ flow: scope, step })
      else if (spared !== undefined) missed += 1
      if (signal === 'SIGKILL') await retype(world, args)
    }
    const bridge = await world.run()
    const seen = () => group.transcript().map(({ text }) => text)
    await eventually(() => seen().length >= expected.length, 'all messages', 60_000).catch(() => undefined)
    bridge.kill('SIGTERM')
    await bridge.ended
    if (JSON.stringify(seen()) === JSON.stringify(expected)) continue
    return { kills, missed, faults: [`restore: ${JSON.stringify({ seen: seen(), expected })}`] }
  }
  return { kills, missed, faults: [...world.wa.takeSurprises(), ...world.tg.unexpected] }
}

const retype = async (world: World, args: readonly string[]): Promise<void> => {
  const { code, stderr } = await world.wa2tg(...args)
  if (code !== 0) throw new Error(`"${args.join(' ')}" ended with ${code}: ${stderr}`)
}
