import { eventually } from '../../test/simulators/eventually.ts'
import type { SimChat } from '../../test/simulators/telegram/index.ts'
import type { Kill, LivesReport } from './run-lives.ts'
import { openDoomed } from './stage.ts'
import type { Walk } from './walk.ts'

export interface CrowdsOptions {
  readonly folder: string
  readonly walk: Walk
  /** Kills at most. */
  readonly kills: number
}

/** The scope of this walk. */
export const crowded = 'a crowded group, whose texts are joined'

/** More than Telegram lets through in a minute. */
const count = 60
/** How often the bridge dies before it is left in peace: what is joined is in the first few messages. */
const mostInOne = 5
/** How long one life may take to come past a point, and the last one to say all. */
const longest = { life: 15_000, peace: 120_000 }

/** A group after the other, in each of which a crowd of texts has waited, under Telegram's limits: every text is read once, in order. */
export const runCrowds = async ({ folder, walk, kills: most }: CrowdsOptions): Promise<LivesReport> => {
  const { world: opened, points } = await openDoomed(folder, { rates: true })
  await using world = opened
  const { wa, tg, owner } = world
  const people = ['Ann', 'Ben', 'Cem'].map(name => wa.addContact({ name }))
  const { code, stderr } = await world.link()
  if (code !== 0) throw new Error(stderr)
  const kills: Kill[] = []
  const missed: Kill[] = []
  const faults: string[] = []
  for (let round = 0; kills.length < most && missed.length < most && !walk.isOver(crowded); round += 1) {
    const family = wa.addGroup({ subject: `Family ${round}`, participants: people })
    const group = tg.addSupergroup({ title: family.subject, members: [owner], botRights: {} })
    const mapped = await world.wa2tg('map', 'add', family.jid, String(group.id))
    if (mapped.code !== 0) throw new Error(mapped.stderr)
    const sent = Array.from({ length: count }, (_, index) => `Message no. ${index}`)
    for (const [index, words] of sent.entries()) await people[index % 3]?.send(words, { to: family })
    const isRead = () => said(group).length >= count
    for (let life = 0; life < mostInOne && kills.length < most && !isRead(); life += 1) {
      const target = walk.next(crowded)
      points.plan(target)
      const bridge = world.start('run')
      const read = eventually(isRead, 'all', target ? longest.life : longest.peace).catch(() => undefined)
      await Promise.race([bridge.ended, read])
      if (bridge.running) bridge.kill('SIGTERM')
      const { signal } = await bridge.ended
      walk.learn(crowded, points.passed())
      points.plan()
      if (target) (signal === 'SIGKILL' ? kills : missed).push({ ...target, flow: crowded })
    }
    const inPeace = await world.run()
    await eventually(isRead, 'all texts', longest.peace).catch(() => undefined)
    inPeace.kill('SIGTERM')
    await inPeace.ended
    if (JSON.stringify(said(group)) !== JSON.stringify(sent))
      faults.push(`${crowded}: ${JSON.stringify(said(group))}`)
  }
  return { kills, missed, faults: [...faults, ...wa.takeSurprises(), ...tg.unexpected] }
}

/** The texts that are read, whichever message they stand in. */
const said = (group: SimChat): string[] =>
  group.transcript().flatMap(({ text }) => text.split('\n').filter(line => line.startsWith('Message')))
