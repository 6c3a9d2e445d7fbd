import { eventually } from '../../test/simulators/eventually.ts'
import type { SimChat } from '../../test/simulators/telegram/index.ts'
import type { Kill, LivesReport } from './run-lives.ts'
import { openDoomed, runInPeace } from './stage.ts'
import type { Walk } from './walk.ts'

export interface CrowdsOptions {
  readonly folder: string
  readonly walk: Walk
  /** Kills at most. */
  readonly kills: number
}

/** The scopes of this walk. */
export const crowded = 'a crowded group, whose texts are joined'
const changed = `${crowded}, two of which are changed`
const answered = `${crowded}, one of which is answered`

/** More than Telegram lets through in a minute. */
const count = 60
/** How often the bridge dies before it is left in peace: what is joined is in the first few messages. */
const mostInOne = 5
/** How long one life may take to come past a point, and the last one to say all. */
const longest = { life: 15_000, peace: 120_000 }

/**
 * A group after the other, in each of which a crowd of texts has waited, under Telegram's limits: every text is read once, in order; then
 * one of them is edited and one deleted, and one is answered.
 */
export const runCrowds = async ({ folder, walk, kills: most }: CrowdsOptions): Promise<LivesReport> => {
  const { world: opened, points } = await openDoomed(folder, { rates: true })
  await using world = opened
  const { wa, tg, owner } = world
  const people = ['Ann', 'Ben', 'Cem'].map(name => wa.addContact({ name }))
  const { code, stderr } = await world.link()
  if (code !== 0) throw new Error(stderr)
  walk.expect(await runInPeace(world, points))
  const kills: Kill[] = []
  let missed = 0
  const faults: string[] = []
  /** Lets the bridge die several times, and then live until all is read. */
  const carry = async (scope: string, isRead: () => boolean): Promise<void> => {
    for (let life = 0; life < mostInOne && kills.length < most && !isRead(); life += 1) {
      points.plan(walk.guess(scope))
      const bridge = world.start('run')
      const read = eventually(isRead, 'all', longest.life).catch(() => undefined)
      await Promise.race([bridge.ended, read])
      if (bridge.running) bridge.kill('SIGTERM')
      const { signal } = await bridge.ended
      const step = walk.hear(scope, points, signal === 'SIGKILL')
      points.plan()
      if (step !== undefined) kills.push({ flow: scope, step })
      else missed += 1
    }
    const inPeace = await world.run()
    await eventually(isRead, 'all texts', longest.peace).catch(() => undefined)
    inPeace.kill('SIGTERM')
    await inPeace.ended
    walk.writes.learn(scope, points.writes())
  }
  const isOver = (): boolean => [crowded, changed, answered].every(scope => walk.isOver(scope))
  for (let round = 0; kills.length < most && missed < most && !isOver(); round += 1) {
    const family = wa.addGroup({ subject: `Family ${round}`, participants: people })
    const group = tg.addSupergroup({ title: family.subject, members: [owner], botRights: {} })
    const mapped = await world.wa2tg('map', 'add', family.jid, String(group.id))
    if (mapped.code !== 0) throw new Error(mapped.stderr)
    const sent = Array.from({ length: count }, (_, index) => `Message no. ${index}`)
    const by = (index: number) => people[index % people.length] ?? people[0]
    const ids: string[] = []
    for (const [index, words] of sent.entries())
      ids.push((await by(index)?.send(words, { to: family })) ?? 'none')
    await carry(crowded, () => said(group).length >= count)
    const asSent = said(group)
    if (JSON.stringify(asSent) !== JSON.stringify(sent)) faults.push(`${crowded}: ${JSON.stringify(asSent)}`)

    const [edited, deleted] = [count - 3, count - 2]
    await by(edited)?.acts.edit(ids[edited] ?? '', `Message no. ${edited}, edited`, { to: family })
    await by(deleted)?.acts.revoke(ids[deleted] ?? '', { to: family })
    const wanted = sent
      .map((words, index) => (index === edited ? `${words}, edited` : words))
      .filter((_, index) => index !== deleted)
    const isChanged = () => JSON.stringify(said(group)) === JSON.stringify(wanted)
    await carry(changed, isChanged)
    if (!isChanged()) faults.push(`${changed}: ${JSON.stringify(said(group))}`)

    // Without a quote it is for the last one in that message.
    const joined = group.transcript().find(({ text }) => (text.match(/^Message/gm) ?? []).length > 1)
    const last = joined?.text.match(/^Message no\. \d+/gm)?.at(-1) ?? ''
    const answer = `Answer ${round}`
    owner.sends(group, { text: answer, ...(joined && { reply_to: joined.id }) })
    const answers = () =>
      wa.transcript.filter(
        ({ from, chat, shown }) => from === 'bridge' && chat === family.jid && shown?.text === answer,
      )
    await carry(answered, () => answers().length > 0)
    const quoted = answers().map(({ message }) => message.extendedTextMessage?.contextInfo?.stanzaId)
    const meant = ids[sent.indexOf(last)]
    if (joined === undefined || JSON.stringify(quoted) !== JSON.stringify([meant]))
      faults.push(`${answered}: ${JSON.stringify({ quoted, meant, last })}`)
  }
  return { kills, missed, faults: [...faults, ...wa.takeSurprises(), ...tg.unexpected] }
}

/** The texts that are read, whichever message they stand in. */
const said = (group: SimChat): string[] =>
  group.transcript().flatMap(({ text }) => text.split('\n').filter(line => line.startsWith('Message')))
