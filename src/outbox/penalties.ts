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
 * than its budgets allow: the true limits are not published. Each call that passes brings it nearer to them again. When
 * several peers are refused at once, it is the limit over all, and everything waits.
 */
export class Penalties {
  static readonly longestStretch = longestStretch
  readonly #peers = new Map<string, Penalty>()
  #recent: { peer: string; at: number; until: number }[] = []

  /** Until when nothing may go to this peer. */
  until(peer: string): number {
    return Math.max(...[everyPeer, peer].map(each => this.#peers.get(each)?.until ?? 0))
  }

  /** How many times longer than the budgets say the windows of this peer are. */
  stretch(peer: string): number {
    return this.#peers.get(peer)?.stretch ?? 1
  }

  add(peer: string, { until, now }: { until: number; now: number }): void {
    const known = this.#peers.get(peer) ?? { until: 0, stretch: 1 }
    // Calls that were under way together are refused together: that teaches once.
    const isNew = known.until <= now
    this.#peers.set(peer, {
      until: Math.max(until, known.until),
      stretch: isNew ? Math.min(known.stretch * longer, longestStretch) : known.stretch,
    })
    this.#recent = [...this.#recent.filter(({ at }) => at > now - nearby), { peer, at: now, until }]
    if (new Set(this.#recent.map(each => each.peer)).size >= peersOfAll) {
      const all = Math.min(...this.#recent.map(each => each.until))
      this.#peers.set(everyPeer, { until: Math.max(all, this.#peers.get(everyPeer)?.until ?? 0), stretch: 1 })
    }
  }

  /** A call to this peer went through. */
  passed(peer: string): void {
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

  /** Forgets what no longer matters. */
  sweep(now: number): void {
    for (const [peer, { until, stretch }] of this.#peers)
      if (until <= now && stretch === 1) this.#peers.delete(peer)
  }
}

/** Milliseconds; Telegram's own is an hour at most in all reports. */
const longestPenalty = 24 * 3_600_000
