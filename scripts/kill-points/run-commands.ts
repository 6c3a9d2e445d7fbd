import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../../test/simulators/eventually.ts'
import type { Program } from '../../test/simulators/program.ts'
import type { Contact } from '../../test/simulators/whatsapp/index.ts'
import type { World } from '../../test/simulators/world.ts'
import { sealed } from './flows.ts'
import { count } from './look.ts'
import type { Kill, LivesReport } from './run-lives.ts'
import { openDoomed } from './stage.ts'
import type { Walk } from './walk.ts'

/** Commands that are killed while no bridge runs, and what is typed for each; it is typed again when it was. */
export interface Typed {
  /** What the program has in its environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly commands: Readonly<Record<string, readonly string[]>>
  /** Whether messages wait to be delivered meanwhile. */
  readonly withJobs?: boolean
}

export const restoring: Typed = {
  withJobs: true,
  commands: {
    backup: ['backup', 'a.backup', '--passphrase-file', 'passphrase', '--force'],
    restore: ['restore', 'a.backup', '--passphrase-file', 'passphrase', '--force'],
  },
}

/** The bridge that runs behind it seals the data again. */
export const unsealing: Typed = { env: sealed, commands: { unseal: ['unseal'] } }

export interface CommandsOptions {
  readonly folder: string
  readonly walk: Walk
  readonly typed: Typed
  /** Kills at most. */
  readonly kills: number
}

/**
 * One round of the commands after the other, each killed at the next point of its walk, and so is the start behind
 * them. A backup that was killed is no backup or a whole one; what was there before a restore is there, or what was in
 * the backup; data are sealed or not. A message waits at WhatsApp meanwhile, and one is written behind it.
 */
export const runCommands = async ({
  folder,
  walk,
  typed: { env = {}, commands, withJobs = false },
  kills: most,
}: CommandsOptions): Promise<LivesReport> => {
  const { world: opened, points } = await openDoomed(folder, { env })
  await using world = opened
  const alice = world.wa.addContact({ name: 'Alice' })
  // No 20 messages a minute, for which lives would wait, and texts be joined.
  const chat = world.tg.addPrivateChat(world.owner)
  for (const { code, stderr } of [
    await world.link(),
    await world.wa2tg('map', 'add', 'Alice', String(chat.id)),
  ])
    if (code !== 0) throw new Error(stderr)
  await writeFile(join(world.folder, 'passphrase'), 'correct horse', { mode: 0o600 })
  const kills: Kill[] = []
  let missed = 0
  const expected: string[] = []
  const scopes = Object.entries(commands)
  const behind = `a start behind ${Object.keys(commands).join(' and ')}`
  for (let life = 0; kills.length < most && life < 2 * most; life += 1) {
    if ([behind, ...Object.keys(commands)].every(scope => walk.isOver(scope))) break
    if (withJobs) {
      const waiting = [`Life ${life}, which Telegram does not take`, `Life ${life}, behind that`]
      expected.push(...waiting)
      await leaveWaiting(world, () => send(alice, waiting), waiting[0])
    }
    for (const [scope, args] of scopes) {
      const words = `Life ${life}, before the ${scope}`
      expected.push(words)
      await alice.send(words)
      const spared = walk.next(scope)
      points.plan(spared && { spared })
      const { signal } = await world.wa2tg(...args)
      const step = walk.hear(scope, points, signal === 'SIGKILL')
      points.plan()
      if (step !== undefined) kills.push({ flow: scope, step })
      else if (spared !== undefined) missed += 1
      if (signal === 'SIGKILL') await retype(world, args)
    }
    // Where more waits than a minute carries, one message holds several.
    const seen = () =>
      chat.transcript().flatMap(({ text }) => text.split('\n').filter(line => line.startsWith('Life ')))
    const carry = async (bridge: Program, ms: number): Promise<boolean> => {
      const all = eventually(() => seen().length >= expected.length, 'all messages', ms).catch(
        () => undefined,
      )
      await Promise.race([bridge.ended, all])
      bridge.kill('SIGTERM')
      return (await bridge.ended).signal === 'SIGKILL'
    }
    const spared = walk.next(behind)
    points.plan(spared && { spared })
    const isKilled = await carry(world.start('run'), 45_000)
    const step = walk.hear(behind, points, isKilled)
    points.plan()
    if (step !== undefined) kills.push({ flow: behind, step })
    else if (spared !== undefined) missed += 1
    await carry(await world.run(), 180_000)
    if (JSON.stringify(seen()) === JSON.stringify(expected)) continue
    return {
      kills,
      missed,
      faults: [`${Object.keys(commands).join()}: ${JSON.stringify({ seen: seen(), expected })}`],
    }
  }
  return { kills, missed, faults: [...world.wa.takeSurprises(), ...world.tg.unexpected] }
}

const send = async (person: Contact, texts: readonly string[]): Promise<void> => {
  for (const text of texts) await person.send(text)
}

/** Stops the bridge when what is sent has become jobs: of the first it is not known whether it arrived, the others were not tried. */
const leaveWaiting = async (world: World, act: () => Promise<void>, refused?: string): Promise<void> => {
  const { faults } = world.tg
  faults.next('sendMessage', 'reset-before', { times: 1_000_000, when: ({ text }) => text === refused })
  const bridge = await world.run()
  await act()
  const isWaiting = () => count(world, 'jobs WHERE attempts > 0') > 0 && count(world, 'jobs') > 1
  await eventually(isWaiting, 'jobs that wait', 180_000)
  bridge.kill('SIGTERM')
  await bridge.ended
  faults.clear()
}

const retype = async (world: World, args: readonly string[]): Promise<void> => {
  const { code, stderr } = await world.wa2tg(...args)
  if (code !== 0) throw new Error(`"${args.join(' ')}" ended with ${code}: ${stderr}`)
}
