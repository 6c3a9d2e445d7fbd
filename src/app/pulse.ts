import type { NetworkName } from '../bridge/chat-ref.ts'
import type { Network, NetworkStatus } from '../bridge/network.ts'
import type { Store } from '../store/index.ts'
import { openLeaps, systemClock } from '../support/clock.ts'

/** How often a bridge with nothing new to say shows that it lives, in milliseconds. */
const beatEvery = 20_000
/** And looks whether there is, in milliseconds. */
const lookEvery = 1000

/**
 * Writes the heartbeat that `wa2tg status` reads: at every change, and every 20 s in between. `troubleOf`: what is wrong
 * beside a network's own problem.
 */
export const makePulse = (
  store: Store,
  networks: ReadonlyMap<NetworkName, Network>,
  troubleOf: (name: NetworkName) => string | undefined = () => undefined,
): { beat(): void } & Disposable => {
  // Another process compares these with its own clock.
  const startedAt = Date.now()
  const statusOf = (name: NetworkName): NetworkStatus => {
    const status: NetworkStatus = networks.get(name)?.status ?? { state: 'connecting' }
    const problem = status.problem ?? troubleOf(name)
    return problem === undefined ? status : { ...status, problem }
  }
  const beat = (): void => {
    try {
      store.heartbeat.beat({
        pid: process.pid,
        startedAt,
        beatAt: Date.now(),
        clock: systemClock.now(),
        networks: { whatsapp: statusOf('whatsapp'), telegram: statusOf('telegram') },
      })
    } catch {
      // A full disk: the next beat tells. It must not end the process.
    }
  }
  let isMoving = false
  const timer = setInterval(beat, beatEvery)
  // While it moves, and once more at its end.
  const leapOver = openLeaps()
  const look = setInterval(() => {
    const moves = statusOf('whatsapp').catchingUp !== undefined
    // Behind one of the clock, or when the machine wakes, the last beat looks as if the bridge hung.
    const hasLeapt = leapOver(lookEvery) > lookEvery
    if (moves || isMoving || hasLeapt) beat()
    isMoving = moves
  }, lookEvery)
  return { beat, [Symbol.dispose]: () => [timer, look].forEach(clearInterval) }
}
