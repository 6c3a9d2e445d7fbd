/** So many peers refused within so many milliseconds are refused for all. */
const peersOfAll = 3
const nearby = 10_000
/** Milliseconds; Telegram's own is an hour at most in all reports. */
const longestPenalty = 24 * 3_600_000

/** Stands for all peers at once. */
export const everyPeer = '*'

/**
 * Leaves a peer that was refused alone for as long as the network says. When several are refused at once, it is the
 * limit over all, and everything waits.
 */
export class Penalties {
  /** Milliseconds since 1970. */
  readonly #until = new Map<string, number>()
  #recent: { peer: string; at: number; until: number }[] = []

  /** Until when nothing may go to this peer. */
  until(peer: string): number {
    return Math.max(this.of(everyPeer) ?? 0, this.of(peer) ?? 0)
  }

  add(peer: string, { until, now }: { until: number; now: number }): void {
    this.#extend(peer, until)
    this.#recent = [...this.#recent.filter(({ at }) => at > now - nearby), { peer, at: now, until }]
    if (new Set(this.#recent.map(each => each.peer)).size >= peersOfAll)
      this.#extend(everyPeer, Math.min(...this.#recent.map(each => each.until)))
  }

  #extend(peer: string, until: number): void {
    this.#until.set(peer, Math.max(until, this.of(peer) ?? 0))
  }

  /** The peer's own. */
  of(peer: string): number | undefined {
    return this.#until.get(peer)
  }

  restore(peer: string, until: number, now: number): void {
    // A clock that was wrong may have put it off into the far future.
    if (until <= now + longestPenalty) this.#until.set(peer, until)
  }

  /** Forgets what is over. */
  sweep(now: number): void {
    for (const [peer, until] of this.#until) if (until <= now) this.#until.delete(peer)
  }
}
