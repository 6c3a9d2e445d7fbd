import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Program } from '../../test/simulators/program.ts'
import type { DownloadFault } from '../../test/simulators/whatsapp/media-faults.ts'
import { World } from '../../test/simulators/world.ts'
import { endsWithin } from '../../test/support/within.ts'
import { Line } from './line.ts'
import { Machine } from './machine.ts'
import { makeRooms, namesOf } from './rooms.ts'
import type { Room } from './said.ts'

interface Parts {
  readonly world: World
  readonly rooms: readonly Room[]
  readonly line: Line
  readonly machine: Machine
  /** What the next process has in its environment. */
  readonly env: Record<string, string>
}

/** How long something that does not end by itself goes on, in milliseconds. */
const spell = { from: 500, to: 3000 } as const

/** In which a signal ends the process on the slowest machine; it lets what is under way finish for 10 s. In milliseconds. */
const endLimit = 120_000

/** A linked bridge with mapped chats, whose process may be ended and started again. */
export class Stage implements AsyncDisposable {
  readonly world: World
  readonly rooms: readonly Room[]
  readonly line: Line
  readonly machine: Machine
  /** What the next files that are sent in WhatsApp meet on their way down. */
  readonly downloadFaults: DownloadFault[] = []
  readonly #env: Record<string, string>
  readonly #after: AsyncDisposableStack
  #bridge: Program

  private constructor({ world, rooms, line, machine, env }: Parts, after: AsyncDisposableStack) {
    this.world = world
    this.rooms = rooms
    this.line = line
    this.machine = machine
    this.#env = env
    this.#after = after
    this.#bridge = world.start('run')
  }

  static async open({ chats, binary }: { chats: number; binary?: string }): Promise<Stage> {
    await using after = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'wa2tg-soak-'))
    after.defer(() => rm(folder, { recursive: true }))
    const machine = await Machine.open(folder, binary)
    const env = machine.env
    const world = after.use(await World.open({ rates: true, env, ...(binary !== undefined && { binary }) }))
    const line = after.use(await Line.open(world))
    world.tg.addPrivateChat(world.owner)
    const rooms = makeRooms(world, chats)
    // Of an album in a chat of which nothing at all is known nobody could tell later whether it arrived.
    for (const chat of new Set(rooms.map(room => room.chat))) world.owner.addsBot(chat)
    const { code, stderr } = await world.link()
    if (code !== 0) throw new Error(stderr)
    for (const room of rooms) {
      const mapped = await world.wa2tg('map', 'add', ...namesOf(room))
      if (mapped.code !== 0) throw new Error(mapped.stderr)
    }
    return new Stage({ world, rooms, line, machine, env }, after.move())
  }

  get pid(): number {
    return this.#bridge.pid
  }

  /** Ends the process with a signal and, after a while, starts the next; throws when it ended by itself before, or does not end. */
  async restart(
    signal: 'SIGKILL' | 'SIGTERM',
    { away = 0, byProxy = randomInt(2) === 0 } = {},
  ): Promise<void> {
    if (!this.#bridge.running) {
      const { code, stderr } = await this.#bridge.ended
      throw new Error(`The bridge ended by itself with ${code}\n${stderr}`)
    }
    this.#bridge.kill(signal)
    if (!(await endsWithin(endLimit, this.#bridge.ended)))
      throw new Error(`${signal} did not end it in ${endLimit / 1000} s\n${this.#bridge.stderr}`)
    const { code, stderr } = await this.#bridge.ended
    // Without a code it ended by the signal itself, before it had begun to listen for it: it had nothing to finish.
    if (signal === 'SIGTERM' && code !== 0 && code !== null) {
      throw new Error(`SIGTERM ended it with ${code}\n${stderr}`)
    }
    await sleep(away)
    if (byProxy) this.#env['HTTPS_PROXY'] = this.line.proxy.url
    else delete this.#env['HTTPS_PROXY']
    this.#bridge = this.world.start('run')
  }

  /** Whether the process now goes through the proxy. */
  get isByProxy(): boolean {
    return 'HTTPS_PROXY' in this.#env
  }

  signal(signal: NodeJS.Signals): void {
    this.#bridge.kill(signal)
  }

  /** Waits until the process has come so far that it lives with anything: a start ends where the disk is full. */
  async hasStarted(): Promise<void> {
    await this.#bridge.says(({ stderr }) => stderr.includes('Ready'))
  }

  /** Lets something go on for a while. */
  async spell(): Promise<void> {
    await sleep(randomInt(spell.from, spell.to))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#after[Symbol.asyncDispose]()
  }
}
