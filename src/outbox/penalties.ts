/** How much longer a refusal makes the windows of its peer, and how much shorter each call that passes makes them. */
const longer = 1.5
const shorter = 0.005
const longestStretch = 4
/** So many peers refused within so many milliseconds are refused for all. */
const peersOfAll = 3
const nearby = 10_000

/** Stands for all peers at once. */
export const everyPeer = '*'

interface Penalty {
  /** Milliseconds since 1970. */
  until: number
  stretch: number
}

/**
 * What refusals teach. A peer that was refused is left alone for as long as the network says, and then served more slowly
 * than its budgets allow: the true limits are not published. Each call that passes brings it nearer to them again. A refusal
 * where as much had passed since the one before is not about these limits, and slows nothing down: the network was busy, or it was
 * somebody in front of it. When several peers are refused at once, it is the limit over all, and everything waits.
 */
export class Penalties {
  static readonly longestStretch = longestStretch
  readonly #peers = new Map<string, Penalty>()
  /** How much of each budget was in use at most when a call passed, since the last refusal. */
  readonly #passed = new Map<string, readonly number[]>()
  #recent: { peer: string; at: number; until: number }[] = []

  /** Until when nothing may go to this peer. */
  until(peer: string): number {
    return Math.max(...[everyPeer, peer].map(each => this.#peers.get(each)?.until ?? 0))
  }

  /** How many times longer than the budgets say the windows of this peer are. */
  stretch(peer: string): number {
    return this.#peers.get(peer)?.stretch ?? 1
  }

  /** `used` is how much of each of the peer's budgets was in use, the refused call included. */
  add(peer: string, { until, now, used }: { until: number; now: number; used: readonly number[] }): void {
    const known = this.#peers.get(peer) ?? { until: 0, stretch: 1 }
    const passed = this.#passed.get(peer) ?? []
    // Calls that were under way together are refused together: that teaches once.
    const teaches = known.until <= now && used.some((count, index) => count > (passed[index] ?? 0))
    this.#passed.delete(peer)
    this.#peers.set(peer, {
      until: Math.max(until, known.until),
      stretch: teaches ? Math.min(known.stretch * longer, longestStretch) : known.stretch,
    })
    this.#recent = [...this.#recent.filter(({ at }) => at > now - nearby), { peer, at: now, until }]
    if (new Set(this.#recent.map(each => each.peer)).size >= peersOfAll) {
      const all = Math.min(...this.#recent.map(each => each.until))
      this.#peers.set(everyPeer, { until: Math.max(all, this.#peers.get(everyPeer)?.until ?? 0), stretch: 1 })
    }
  }

  /** A call to this peer went through, with so much of each of its budgets in use, itself included. */
  passed(peer: string, used: readonly number[]): void {
    const most = this.#passed.get(peer) ?? []
    this.#passed.set(
      peer,
      used.map((count, index) => Math.max(count, most[index] ?? 0)),
    )
    const known = this.#peers.get(peer)
    if (known !== undefined) known.stretch = Math.max(1, known.stretch - shorter)
  }

  get(peer: string): Readonly<Penalty> | undefined {
    return this.#peers.get(peer)
  }

  restore(peer: string, { until, stretch }: Penalty, now: number): void {
    // A clock that was wrong may have put it off into the far future.
    this.#peers.set(peer, { until: until > now + longestPenalty ? 0 : until, stretch })
  }

  /** Forgets what no longer matters; of an idle peer, also what passed. */
  sweep(now: number, isIdle: (peer: string) => boolean): void {
    for (const peer of this.#passed.keys()) if (isIdle(peer)) this.#passed.delete(peer)
    for (const [peer, { until, stretch }] of this.#peers)
      if (until <= now && stretch === 1) this.#peers.delete(peer)
  }
}

/** Milliseconds; Telegram's own is an hour at most in all reports. */
const longestPenalty = 24 * 3_600_000
