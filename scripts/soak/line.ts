import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startConnectProxy, startTlsFront } from '../../test/simulators/connect-proxy.ts'
import type { World } from '../../test/simulators/world.ts'

type Proxy = Awaited<ReturnType<typeof startConnectProxy>>
type Front = Awaited<ReturnType<typeof startTlsFront>>

/** What stands between the program and both networks: TLS, which may be out of reach, and a proxy for those that go through it. */
export class Line implements AsyncDisposable {
  readonly proxy: Proxy
  readonly #fronts: readonly Front[]

  private constructor(proxy: Proxy, fronts: readonly Front[]) {
    this.proxy = proxy
    this.#fronts = fronts
  }

  /** From here on the program is told to go this way. */
  static async open(world: World): Promise<Line> {
    const { wa, tg } = world
    const [whatsapp, telegram] = [
      await startTlsFront(portOf(wa.url)),
      await startTlsFront(portOf(tg.apiRoot)),
    ]
    const config = world
      .config()
      .replace(wa.url, `wss://127.0.0.1:${whatsapp.port}/ws/chat`)
      .replace(tg.apiRoot, `https://127.0.0.1:${telegram.port}`)
    await writeFile(join(world.folder, 'config.yaml'), config, { mode: 0o600 })
    return new Line(await startConnectProxy(), [whatsapp, telegram])
  }

  /** Nothing can be reached; a file that is on its way goes on. */
  down(isDown: boolean): void {
    for (const front of this.#fronts) front.down(isDown)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of [this.proxy, ...this.#fronts]) await each[Symbol.asyncDispose]()
  }
}

const portOf = (address: string): number => Number(new URL(address).port)
