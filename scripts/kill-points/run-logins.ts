import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../test/simulators/eventually.ts'
import type { Program } from '../../test/simulators/program.ts'
import type { SimChat } from '../../test/simulators/telegram/index.ts'
import type { Contact } from '../../test/simulators/whatsapp/index.ts'
import type { World } from '../../test/simulators/world.ts'
import type { Kill, LivesReport } from './run-lives.ts'
import { openDoomed } from './stage.ts'
import type { Walk } from './walk.ts'

export interface LoginsOptions {
  readonly folder: string
  readonly walk: Walk
  /** Kills at most. */
  readonly kills: number
}

const scope = 'login'

interface Scene {
  readonly world: World
  readonly alice: Contact
  readonly group: SimChat
}

/**
 * One login after the other, each killed at the next point of the walk. Then somebody does what people do: logs in once more
 * where that is still to be done, starts the bridge and writes a message. What came while it was being linked must be there,
 * unless the link itself is a new one.
 */
export const runLogins = async ({ folder, walk, kills: most }: LoginsOptions): Promise<LivesReport> => {
  const { world: opened, points } = await openDoomed(folder)
  await using world = opened
  const scene = { world, ...(await world.mapAlice()) }
  const kills: Kill[] = []
  const missed: Kill[] = []
  const expected: string[] = []
  for (let life = 0; kills.length < most && life < 2 * most && !walk.isOver(scope); life += 1) {
    await logOut(scene)
    const target = walk.next(scope)
    points.plan(target)
    const during = `Login ${life}, while linking`
    const { companion, killed } = await logIn(scene, during)
    walk.learn(scope, points.passed())
    points.plan()
    const bridge = await startBridge(scene)
    if (companion !== undefined && companion === world.wa.companion) expected.push(during)
    const after = `Login ${life}, behind it`
    expected.push(after)
    await carry(scene, bridge, after)
    if (target) (killed ? kills : missed).push({ ...target, flow: scope })
  }
  const seen = scene.group.transcript().map(({ text }) => text)
  const faults =
    JSON.stringify(seen) === JSON.stringify(expected) ? [] : [`login: ${JSON.stringify({ seen, expected })}`]
  return { kills, missed, faults: [...faults, ...world.wa.takeSurprises(), ...world.tg.unexpected] }
}

const logOut = async ({ world }: Scene): Promise<void> => {
  const { code, stderr } = await world.wa2tg('logout', '--yes')
  if (code !== 0) throw new Error(stderr)
}

/** Scans the code when there is one, and sends a message to the device that this makes. */
const logIn = async (
  { world, alice }: Scene,
  words: string,
): Promise<{ companion: string | undefined; killed: boolean }> => {
  const login = world.start('login', '--qr', 'text')
  const ended = login.ended.then(() => undefined)
  await scan(world, login, ended)
  const { companion } = world.wa
  if (companion !== undefined) await alice.send(words)
  const { signal } = await login.ended
  return { companion, killed: signal === 'SIGKILL' }
}

const scan = async ({ wa }: World, login: Program, ended: Promise<undefined>): Promise<void> => {
  const payload = await login.says(codeOf).catch(() => undefined)
  // The phone may be about to agree when the other side dies.
  if (payload !== undefined)
    await Promise.race([wa.phone.scan(payload).catch(() => undefined), ended.then(() => sleep(200))])
}

const codeOf = ({ stdout }: Program): string | undefined =>
  stdout.split('\n').find(line => line.includes(',') && line.length > 100)

/** Logs in once more, unless that turns out to have been done. */
const finish = async ({ world }: Scene): Promise<void> => {
  const login = world.start('login', '--qr', 'text')
  const payload = await login.says(codeOf).catch(() => undefined)
  if (payload !== undefined) await world.wa.phone.scan(payload)
  const { code, stderr } = await login.ended
  if (code !== 0 && !stderr.includes('linked already')) throw new Error(stderr)
}

/**
 * Where the phone never heard that this machine had taken the link, only this machine believes in it: then `run` ends and says
 * what to type, and that is typed.
 */
const startBridge = async (scene: Scene): Promise<Program> => {
  await finish(scene)
  const bridge = scene.world.start('run')
  const isReady = bridge.says(({ stderr }) => stderr.includes('Ready'), 60_000)
  if ((await isReady.catch(() => undefined)) === true) return bridge
  if (bridge.running) throw new Error('It is not ready')
  const { code, stderr } = await bridge.ended
  if (code !== 2 || !stderr.includes('link it again')) throw new Error(stderr)
  await finish(scene)
  return await scene.world.run()
}

const carry = async ({ alice, group }: Scene, bridge: Program, words: string): Promise<void> => {
  await alice.send(words)
  await eventually(() => group.transcript().some(({ text }) => text === words), words, 60_000)
  bridge.kill('SIGTERM')
  await bridge.ended
}
