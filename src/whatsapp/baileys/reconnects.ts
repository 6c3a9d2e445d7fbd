import { setTimeout as sleep } from 'node:timers/promises'
import type { Timing } from './timing.ts'

/**
 * When to try again. Pauses double from one connection to the next, with jitter, until one has stayed open for a while: a
 * server that lets us in and throws us out must not be asked every second.
 */
export class Reconnects {
  readonly #timing: Timing
  readonly #signal: AbortSignal
  #failures = 0

  constructor(timing: Timing, signal: AbortSignal) {
    this.#timing = timing
    this.#signal = signal
  }

  /**
   * Waits before the next connection; rejects when it shall not come any more.
   * @param openFor how long the last one was logged in, in milliseconds
   */
  async wait(openFor: number, when: 'now' | 'soon' | 'late'): Promise<void> {
    const { firstPause, longestPause, stable } = this.#timing
    if (openFor >= stable) this.#failures = 0
    const isFirst = this.#failures === 0
    const steps = 2 ** this.#failures
    this.#failures += 1
    if (when === 'now' && isFirst) return
    const pause = when === 'late' ? longestPause : Math.min(longestPause, firstPause * steps)
    await sleep(pause * (0.5 + Math.random()), undefined, { signal: this.#signal })
  }
}
