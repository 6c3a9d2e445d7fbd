import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Clock } from '../support/clock.ts'
import type { Carrier } from './carrier.ts'
import type { Outbox } from './outbox.ts'
import type { Pace } from './pace.ts'

/** A lane that has something to send. */
export interface Lane {
  readonly lane: string
  readonly target: ChatRef
}

export interface CrowdTools {
  readonly outbox: Outbox
  readonly carrier: Pick<Carrier, 'join'>
  readonly pace: Pace
  readonly clock: Pick<Clock, 'steady'>
}

/** Jobs that are joined into one at most. */
export const mostJoined = 20
/** With no more waiting than this, a crowd is over. */
const over = 1

/**
 * Peers for which more waits than may go within this minute, what has gone in it already included. Their messages are
 * joined, from when the crowd began until hardly anything waits any more: stopping earlier would leave the last
 * minute's worth for a minute of its own.
 */
export class Crowd {
  readonly #tools: CrowdTools
  readonly #crowded = new Set<string>()

  constructor(tools: CrowdTools) {
    this.#tools = tools
  }

  /**
   * Makes one job of the leading ones of each of these lanes that is crowded, where they can go together. To be called
   * in the transaction that claims the first ones; `all` are the lanes that have something to send.
   */
  join(lanes: readonly Lane[], all: readonly Lane[], now: number): void {
    const { pace } = this.#tools
    const lanesOf = Map.groupBy(all, ({ target }) => pace.peerOf(target))
    for (const lane of lanes) {
      const peer = pace.peerOf(lane.target)
      const begun = lanes.filter(({ target }) => pace.peerOf(target) === peer).length
      if (this.#isCrowded(peer, { ...lane, begun, all: lanesOf.get(peer) ?? [] }))
        this.#joinLane(lane.lane, now)
    }
  }

  #joinLane(lane: string, now: number): void {
    const { outbox, carrier } = this.#tools
    const jobs = outbox.leading(lane, now, mostJoined)
    const joined = jobs.length < 2 ? undefined : carrier.join(jobs)
    if (joined === undefined || joined.count < 2) return
    outbox.join(
      jobs.slice(0, joined.count).map(({ id }) => id),
      joined.event,
    )
  }

  /** `begun` says for how many of the peer's lanes, `all` of which have something to send, room is taken already. */
  #isCrowded(
    peer: string,
    { target, begun, all }: { target: ChatRef; begun: number; all: readonly Lane[] },
  ): boolean {
    const { outbox, pace, clock } = this.#tools
    const left = pace.leftInMinute(target, clock.steady())
    if (left === undefined) return false
    const limit = Math.max(left + begun, over)
    let waiting = 0
    for (const { lane } of all) if (waiting <= limit) waiting += outbox.waitingIn(lane, limit + 1)
    if (waiting > limit) this.#crowded.add(peer)
    if (waiting <= over) this.#crowded.delete(peer)
    return this.#crowded.has(peer)
  }
}
