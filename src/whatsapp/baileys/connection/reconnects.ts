import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '../../../bridge/store-error.ts'
import { type Clocks, watchLeaps } from '../../../support/clock.ts'
import type { Timing } from '../socket/timing.ts'
import type { AfterClose } from './after-close.ts'

type When = Extract<AfterClose, { do: 'reconnect' }>['when']

/**
 * When to try again. Pauses double from one connection to the next, with jitter, until one has stayed open for a while:
 * a server that lets us in and throws us out must not be asked every second. A machine that wakes from sleep, or whose
 * clock was set, begins anew at once: what it could not reach before may be there now.
 */
export class Reconnects {
  readonly #timing: Timing
  readonly #signal: AbortSignal
  readonly #leaps: { readonly clocks?: Clocks; readonly every?: number }
  #failures = 0

  /** @param leaps for tests: the clocks whose leaps are watched, and how often, in milliseconds */
  constructor(timing: Timing, signal: AbortSignal, leaps: { clocks?: Clocks; every?: number } = {}) {
    this.#timing = timing
    this.#signal = signal
    this.#leaps = leaps
  }

  /**
   * Waits before the next connection; rejects when it shall not come any more.
   * @param openFor how long the last one was logged in, in milliseconds
   */
  async wait(openFor: number, when: When): Promise<void> {
    const { firstPause, longestPause, longestUnreachable, stable } = this.#timing
    if (openFor >= stable) this.#failures = 0
    const isFirst = this.#failures === 0
    const steps = 2 ** this.#failures
    this.#failures += 1
    if (when === 'now' && isFirst) return
    const longest = when === 'unreachable' ? Math.min(longestPause, longestUnreachable) : longestPause
    const pause = (when === 'late' ? longest : Math.min(longest, firstPause * steps)) * (0.5 + Math.random())
    await this.#pause(pause, when !== 'late')
  }

  /**
   * Waits and connects; where the disk cannot be read for now, which `onRefused` hears of, once more. What else goes wrong
   * rejects.
   */
  async again(
    connect: () => void,
    { openFor, when }: { openFor: number; when: When },
    onRefused: (error: StoreError) => void,
  ): Promise<void> {
    for (let next = { openFor, when }; ; next = { openFor: 0, when: 'soon' }) {
      const isOver = await this.wait(next.openFor, next.when).then(
        () => false,
        () => true,
      )
      if (isOver) return
      try {
        connect()
        return
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        onRefused(error)
      }
    }
  }

  async #pause(milliseconds: number, canBeCut: boolean): Promise<void> {
    const over = new AbortController()
    const signal = AbortSignal.any([this.#signal, over.signal])
    const leapt = new Promise<void>(resolve => {
      if (canBeCut) watchLeaps(resolve, { ...this.#leaps, signal })
    }).then(() => {
      this.#failures = 0
    })
    try {
      await Promise.race([sleep(milliseconds, undefined, { signal }), leapt])
    } finally {
      over.abort()
    }
  }
}
