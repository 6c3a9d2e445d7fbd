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
  /** Default: by scanning a QR code. */
  readonly way?: LoginWay
  /** Kills at most. */
  readonly kills: number
}

/** How the phone is brought to agree. */
export interface LoginWay {
  /** The scope of its walk. */
  readonly name: string
  readonly args: readonly string[]
  /** What the program shows for it. */
  shown(program: Program): string | undefined
  agree(world: World, shown: string): Promise<void>
}

export const byQrCode: LoginWay = {
  name: 'login',
  args: ['--qr', 'text'],
  shown: ({ stdout }) => stdout.split('\n').find(line => line.includes(',') && line.length > 100),
  agree: ({ wa }, payload) => wa.phone.scan(payload),
}

export const byPairingCode: LoginWay = {
  name: 'login by pairing code',
  args: ['--pairing-code', '+15550000001'],
  shown: ({ stdout }) => /^[\dA-Z]{4}-[\dA-Z]{4}$/m.exec(stdout)?.[0],
  agree: ({ wa }, code) => wa.phone.enterPairingCode(code),
}

interface Scene {
  readonly world: World
  readonly alice: Contact
  readonly group: SimChat
  readonly way: LoginWay
}

/** Never writes: known from the address book and the first sync alone. */
const quiet = 'Quentin'

/**
 * One login after the other, each killed at the next point of the walk, and so is the logout before it. Then somebody does what
 * people do: logs out or in once more where that is still to be done, starts the bridge and writes a message. What came while it
 * was being linked must be there, unless the link itself is a new one, and so must the names of the phone's address book.
 */
export const runLogins = async (options: LoginsOptions): Promise<LivesReport> => {
  const { folder, walk, way = byQrCode, kills: most } = options
  const { world: opened, points } = await openDoomed(folder)
  await using world = opened
  world.wa.addContact({ phone: '15550000044', lid: '900000000000044', name: quiet })
  const scene = { world, ...(await world.mapAlice()), way }
  const [login, logout] = [way.name, `logout before a ${way.name}`]
  const kills: Kill[] = []
  let missed = 0
  const faults: string[] = []
  const expected: string[] = []
  /** Lets something happen that dies at the next point of its walk. */
  const doomed = async <T extends { killed: boolean }>(scope: string, act: () => Promise<T>): Promise<T> => {
    const spared = walk.next(scope)
    points.plan(spared && { spared })
    const outcome = await act()
    const step = walk.hear(scope, points, outcome.killed)
    points.plan()
    if (step !== undefined) kills.push({ flow: scope, step })
    else if (spared !== undefined) missed += 1
    return outcome
  }
  for (let life = 0; kills.length < most && life < 2 * most && !walk.isOver(login); life += 1) {
    const { killed } = await doomed(logout, () => logOut(scene))
    if (killed) await logOut(scene)
    const during = `Login ${life}, while linking`
    const { companion } = await doomed(login, () => logIn(scene, during))
    const bridge = await startLinked(scene)
    if (companion !== undefined && companion === world.wa.companion) expected.push(during)
    const after = `Login ${life}, behind it`
    expected.push(after)
    await carry(scene, bridge, after)
    const { stdout } = await world.wa2tg('chats', quiet)
    if (!stdout.includes(quiet))
      faults.push(`${login}: ${quiet} is not known after ${JSON.stringify(kills.at(-1))}`)
  }
  const seen = scene.group.transcript().map(({ text }) => text)
  if (JSON.stringify(seen) !== JSON.stringify(expected))
    faults.push(`${login}: ${JSON.stringify({ seen, expected })}`)
  return { kills, missed, faults: [...faults, ...world.wa.takeSurprises(), ...world.tg.unexpected] }
}

const logOut = async ({ world }: Scene): Promise<{ killed: boolean }> => {
  const { code, signal, stderr } = await world.wa2tg('logout', '--yes')
  const killed = signal === 'SIGKILL'
  if (code !== 0 && !killed) throw new Error(stderr)
  return { killed }
}

/** The phone agrees to what is shown, if that is shown, and somebody sends a message to the device that this makes. */
const logIn = async (
  { world, alice, way }: Scene,
  words: string,
): Promise<{ companion: string | undefined; killed: boolean }> => {
  const login = world.start('login', ...way.args)
  const ended = login.ended.then(() => undefined)
  const shown = await login.says(way.shown).catch(() => undefined)
  // The phone may be about to agree when the other side dies.
  if (shown !== undefined)
    await Promise.race([way.agree(world, shown).catch(() => undefined), ended.then(() => sleep(200))])
  const { companion } = world.wa
  if (companion !== undefined) await alice.send(words)
  const { signal } = await login.ended
  return { companion, killed: signal === 'SIGKILL' }
}

/** Logs in once more, unless that turns out to have been done. */
export const finishLogin = async ({ world, way }: Pick<Scene, 'world' | 'way'>): Promise<void> => {
  const login = world.start('login', ...way.args)
  const shown = await login.says(way.shown).catch(() => undefined)
  if (shown !== undefined) await way.agree(world, shown)
  const { code, stderr } = await login.ended
  if (code !== 0 && !stderr.includes('linked already')) throw new Error(stderr)
}

/**
 * Where the phone never heard that this machine had taken the link, only this machine believes in it: then `run` ends and says
 * what to type, and that is typed.
 */
export const startLinked = async (scene: Pick<Scene, 'world' | 'way'>): Promise<Program> => {
  await finishLogin(scene)
  const bridge = scene.world.start('run')
  const isReady = bridge.says(({ stderr }) => stderr.includes('Ready'), 180_000)
  if ((await isReady.catch(() => undefined)) === true) return bridge
  if (bridge.running) throw new Error('It is not ready')
  const { code, stderr } = await bridge.ended
  if (code !== 2 || !stderr.includes('link it again')) throw new Error(stderr)
  await finishLogin(scene)
  return await scene.world.run()
}

const carry = async ({ alice, group }: Scene, bridge: Program, words: string): Promise<void> => {
  await alice.send(words)
  await eventually(() => group.transcript().some(({ text }) => text === words), words, 180_000)
  bridge.kill('SIGTERM')
  await bridge.ended
}
