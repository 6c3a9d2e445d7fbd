import type { NetworkName } from '../bridge/chat-ref.ts'
import { backoff } from './backoff.ts'

/** Milliseconds. */
const longestHold = 60_000

/**
 * Networks that refused a delivery as offline while their status says connected: they are asked again a little later,
 * each time in a row later than before, until a delivery succeeds or the network says it is back. And when each took
 * something last, by which the trouble of one delivery is told from that of a whole network.
 */
export class Holds {
  readonly #held = new Map<NetworkName, { until: number; times: number }>()
  readonly #took = new Map<NetworkName, number>()
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  /** Until when (milliseconds since 1970) nothing goes to this network. */
  until(network: NetworkName): number {
    return this.#held.get(network)?.until ?? 0
  }

  hold(network: NetworkName, now: number): void {
    // Deliveries that were in flight together fail together: that is one outage.
    if (this.until(network) > now) return
    const times = (this.#held.get(network)?.times ?? 0) + 1
    this.#held.set(network, { times, until: now + Math.min(backoff(times, this.#random), longestHold) })
  }

  /** A message went through. That changes do says nothing: reactions may pass where no message does. */
  took(network: NetworkName, now: number): void {
    this.#took.set(network, now)
  }

  /** What went through by a clock that was ahead of `now`, nobody knows when that was. To be called before `hasTaken`. */
  forgetAfter(now: number): void {
    for (const [network, took] of this.#took) if (took > now) this.#took.delete(network)
  }

  /** Whether one went through since then, in milliseconds since 1970. */
  hasTaken(network: NetworkName, since: number): boolean {
    return (this.#took.get(network) ?? Number.NEGATIVE_INFINITY) > since
  }

  release(network: NetworkName): void {
    this.#held.delete(network)
  }
}
