import type { Program } from '../../test/simulators/program.ts'
import type { SimChat } from '../../test/simulators/telegram/index.ts'
import type { Contact } from '../../test/simulators/whatsapp/index.ts'
import { World, type WorldOptions } from '../../test/simulators/world.ts'

/** One mapped chat, and what was said in it on either side, in order. */
export interface Pair {
  readonly contact: Contact
  readonly group: SimChat
  readonly said: string[]
  readonly answered: string[]
}

/** A linked bridge with mapped chats, whose process may be ended and started again. */
export class Stage implements AsyncDisposable {
  readonly world: World
  readonly pairs: readonly Pair[]
  #bridge: Program

  private constructor(world: World, pairs: readonly Pair[]) {
    this.world = world
    this.pairs = pairs
    this.#bridge = world.start('run')
  }

  static async open({ chats, ...options }: WorldOptions & { chats: number }): Promise<Stage> {
    const world = await World.open({ rates: true, ...options })
    const { wa, tg, owner } = world
    tg.addPrivateChat(owner)
    const pairs = Array.from({ length: chats }, (_, index) => ({
      contact: wa.addContact({
        phone: String(15550001000 + index),
        lid: String(900000000001000 + index),
        name: `Person ${index}`,
        pushName: `Person ${index}`,
      }),
      group: tg.addSupergroup({ title: `Person ${index}`, members: [owner], botRights: {} }),
      said: [],
      answered: [],
    }))
    await world.link()
    for (const { contact, group } of pairs) {
      const { code, stderr } = await world.wa2tg('map', 'add', contact.pushName, String(group.id))
      if (code !== 0) throw new Error(stderr)
    }
    return new Stage(world, pairs)
  }

  get pid(): number {
    return this.#bridge.pid
  }

  /** Ends the process with a signal and starts the next; throws when it ended by itself before. */
  async restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!this.#bridge.running) {
      const { code, stderr } = await this.#bridge.ended
      throw new Error(`The bridge ended by itself with ${code}\n${stderr}`)
    }
    this.#bridge.kill(signal)
    const { code, stderr } = await this.#bridge.ended
    // Without a code it ended by the signal itself, before it had begun to listen for it: it had nothing to finish.
    if (signal === 'SIGTERM' && code !== 0 && code !== null) {
      throw new Error(`SIGTERM ended it with ${code}\n${stderr}`)
    }
    this.#bridge = this.world.start('run')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]()
  }
}
