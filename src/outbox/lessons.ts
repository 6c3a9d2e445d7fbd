import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Budget } from './budget.ts'
import { afterPass, afterRefusal, isOver, type Lesson, mostOf } from './lesson.ts'
import { type Taken, usedSince } from './places.ts'
import { unlessSlow } from './slow.ts'

interface Call {
  readonly chat: ChatRef
  readonly peer: string
  readonly now: number
  /** What the peer has taken, this call included. */
  readonly taken: readonly Taken[]
}

/** What refusals have taught of each peer, in the order of the budgets (`lesson.ts`). */
export class Lessons {
  readonly #budgets: readonly Budget[]
  readonly #peers = new Map<string, readonly Lesson[]>()

  constructor(budgets: readonly Budget[]) {
    this.#budgets = budgets
  }

  /** The budget as it is to be kept to for this peer. */
  of(peer: string, budget: Budget, now: number): Budget {
    const lesson = this.#peers.get(peer)?.[this.#budgets.indexOf(budget)] ?? {}
    const count = mostOf(lesson, budget.count, now)
    return count === budget.count ? budget : { ...budget, count }
  }

  /** Of what is under way beside it the network may have counted nothing yet. */
  passed(call: Call): void {
    this.#learn({ ...call, taken: call.taken.filter(({ at }) => at !== undefined) }, afterPass)
  }

  /** Of what is under way beside it the network may have counted all, but what is slow. */
  refused(call: Call): void {
    this.#learn({ ...call, taken: unlessSlow(call.taken, call.now) }, afterRefusal)
  }

  #learn({ chat, peer, now, taken }: Call, learn: typeof afterRefusal): void {
    const known = this.#peers.get(peer) ?? []
    const lessons = this.#budgets.map((budget, index) => {
      const lesson = known[index] ?? {}
      if (budget.keyOf(chat) !== peer) return lesson
      const used = usedSince(now - budget.seconds * 1000, taken)
      return learn(lesson, { used, count: budget.count, now })
    })
    this.#peers.set(peer, lessons)
  }

  get(peer: string): readonly Lesson[] | undefined {
    return this.#peers.get(peer)
  }

  restore(peer: string, lessons: readonly Lesson[]): void {
    this.#peers.set(peer, lessons)
  }

  /** Forgets what no longer matters; of an idle peer, also what passed. */
  sweep(now: number, isIdle: (peer: string) => boolean): void {
    for (const [peer, lessons] of this.#peers)
      if (isIdle(peer) && lessons.every(lesson => isOver(lesson, now))) this.#peers.delete(peer)
  }
}
