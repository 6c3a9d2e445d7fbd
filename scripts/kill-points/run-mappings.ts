import { eventually } from '../../test/simulators/eventually.ts'
import type { Kill, LivesReport } from './run-lives.ts'
import { openDoomed } from './stage.ts'
import type { Walk } from './walk.ts'

export interface MappingsOptions {
  readonly folder: string
  readonly walk: Walk
  /** Kills at most. */
  readonly kills: number
}

/**
 * Beside a bridge that runs, a mapping is removed and made again, and both commands are killed at the next step of their walk and
 * typed once more. What is written in the chat before and behind it crosses.
 */
export const runMappings = async ({ folder, walk, kills: most }: MappingsOptions): Promise<LivesReport> => {
  const { world: opened, points } = await openDoomed(folder)
  await using world = opened
  const { alice, group } = await world.mapAlice()
  points.plan({ command: 'map' })
  const bridge = await world.run()
  const commands = { 'map remove': ['Alice'], 'map add': ['Alice', String(group.id)] }
  const scopes = Object.entries(commands)
  const kills: Kill[] = []
  let missed = 0
  const expected: string[] = []
  const seen = () => group.transcript().map(({ text }) => text)
  for (let life = 0; kills.length < most && life < 2 * most; life += 1) {
    if (scopes.every(([scope]) => walk.isOver(scope))) break
    for (const [scope, operands] of scopes) {
      const type = () => world.wa2tg(...scope.split(' '), ...operands)
      const spared = walk.next(scope)
      points.plan({ ...(spared && { spared }), command: 'map' })
      const { signal } = await type()
      const step = walk.hear(scope, points, signal === 'SIGKILL')
      points.plan({ command: 'map' })
      if (step !== undefined) kills.push({ flow: scope, step })
      else if (spared !== undefined) missed += 1
      if (signal !== 'SIGKILL') continue
      const { code, stderr } = await type()
      // It may have been done before it died.
      if (code !== 0 && !/is not mapped|is mapped to .* already/.test(stderr)) throw new Error(stderr)
    }
    const words = `Mapped for the ${life}. time`
    expected.push(words)
    await alice.send(words)
    await eventually(() => seen().includes(words), words, 60_000).catch(() => undefined)
  }
  bridge.kill('SIGTERM')
  const { code, stderr } = await bridge.ended
  const faults = [
    ...(code === 0 ? [] : [`The bridge ended with ${code}: ${stderr}`]),
    ...(JSON.stringify(seen()) === JSON.stringify(expected)
      ? []
      : [`map: ${JSON.stringify({ seen: seen(), expected })}`]),
  ]
  return { kills, missed, faults: [...faults, ...world.wa.takeSurprises(), ...world.tg.unexpected] }
}
