import type { Clock } from '../../src/support/clock.ts'

/** Rounds of the event loop in which everything that can go on without time passing has gone on. */
const rounds = 3

/** Time that stands still while anything is under way, and then leaps to the end of the shortest sleep: exact, and fast. */
export class VirtualClock implements Clock {
  #now: number
  #ahead = 0
  #order = 0
  readonly #sleepers = new Map<number, { readonly until: number; readonly wake: () => void }>()

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start
  }

  now(): number {
    return this.#now + this.#ahead
  }

  steady(): number {
    return this.#now
  }

  /** Somebody sets the clock; what sleeps has no news of it. */
  set(milliseconds: number): void {
    this.#ahead += milliseconds
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      if (signal?.aborted) return resolve()
      const id = this.#order++
      const wake = () => {
        this.#sleepers.delete(id)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#sleepers.set(id, { until: this.#now + Math.max(0, milliseconds), wake })
      signal?.addEventListener('abort', wake)
    })
  }

  /**
   * Lets time pass until it is done; fails when nobody waits for anything any more. Time stands still while `isBusy` says so:
   * where work is under way that the event loop cannot finish in a few rounds.
   */
  async runUntil(isDone: () => boolean, isBusy: () => boolean = () => false): Promise<void> {
    for (;;) {
      while (isBusy()) await new Promise(resolve => setImmediate(resolve))
      for (let round = 0; round < rounds; round += 1) await new Promise(resolve => setImmediate(resolve))
      if (isDone()) return
      if (isBusy()) continue
      const [next] = [...this.#sleepers.values()].sort((a, b) => a.until - b.until)
      if (next === undefined) throw new Error('Nothing is under way, and it is not done')
      this.#now = Math.max(this.#now, next.until)
      next.wake()
    }
  }
}
