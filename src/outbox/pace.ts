import type { ChatRef } from '../bridge/chat-ref.ts'

/** At most `count` messages within any `seconds`, together for all chats for which `keyOf` says the same. */
export interface Budget {
  readonly count: number
  readonly seconds: number
  /** Which account of this budget a chat draws on; undefined when the budget does not concern it. */
  keyOf(chat: ChatRef): string | undefined
}

/**
 * Keeps to the rates that a network allows, so that it need not refuse us. A sliding window per budget and key: as
 * long as fewer than `count` messages went out within the window, the next one goes at once; an idle chat never waits.
 */
export class Pace {
  readonly #budgets: readonly Budget[]
  readonly #peerOf: (chat: ChatRef) => string
  readonly #sent = new Map<string, number[]>()
  readonly #pausedUntil = new Map<string, number>()

  /** `peerOf` names what a pause after a refusal (Telegram 429) holds back: for a topic, its whole group. */
  constructor(budgets: readonly Budget[], peerOf: (chat: ChatRef) => string = chat => chat) {
    this.#budgets = budgets
    this.#peerOf = peerOf
  }

  /** When the next message to this chat may go; `now` or earlier means at once. Milliseconds since 1970. */
  readyAt(chat: ChatRef, now: number): number {
    let ready = this.#pausedUntil.get(this.#peerOf(chat)) ?? 0
    for (const { key, budget } of this.#accounts(chat)) {
      const oldest = this.#recent(key, budget, now)
      if (oldest.length >= budget.count) {
        ready = Math.max(ready, (oldest[oldest.length - budget.count] ?? 0) + budget.seconds * 1000)
      }
    }
    return ready
  }

  /** Counts one message that goes to this chat now. */
  take(chat: ChatRef, now: number): void {
    for (const { key, budget } of this.#accounts(chat)) this.#recent(key, budget, now).push(now)
  }

  /** Holds everything to this chat's peer back until then: the network said so. */
  pause(chat: ChatRef, until: number): void {
    const peer = this.#peerOf(chat)
    this.#pausedUntil.set(peer, Math.max(until, this.#pausedUntil.get(peer) ?? 0))
  }

  /** Forgets what no longer matters. */
  sweep(now: number): void {
    const longest = Math.max(0, ...this.#budgets.map(budget => budget.seconds * 1000))
    for (const [key, times] of this.#sent) if ((times.at(-1) ?? 0) + longest <= now) this.#sent.delete(key)
    for (const [peer, until] of this.#pausedUntil) if (until <= now) this.#pausedUntil.delete(peer)
  }

  #accounts(chat: ChatRef): { key: string; budget: Budget }[] {
    return this.#budgets.flatMap((budget, index) => {
      const key = budget.keyOf(chat)
      return key === undefined ? [] : [{ key: `${index} ${key}`, budget }]
    })
  }

  /** Times of the messages within the window; a clock that was set back does not hold anything up. */
  #recent(key: string, budget: Budget, now: number): number[] {
    const times = this.#sent.get(key) ?? []
    const recent = times.filter(time => time <= now && time > now - budget.seconds * 1000)
    this.#sent.set(key, recent)
    return recent
  }
}
