import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionStore } from '../../../bridge/network.ts'
import { StoreError } from '../../../bridge/store-error.ts'
import { type Clocks, watchLeaps } from '../../../support/clock.ts'
import type { Timing } from '../socket/timing.ts'
import type { AfterClose } from './after-close.ts'
import { diskIsBack } from './disk-back.ts'

type When = Extract<AfterClose, { do: 'reconnect' }>['when']

interface ReconnectOptions {
  /** For tests: the clocks whose leaps are watched, and how often, in milliseconds. */
  readonly clocks?: Clocks
  readonly every?: number
  /** On the disk whose writes may have been refused. */
  readonly sessions?: SessionStore
}

/**
 * When to try again. Pauses double from one connection to the next, with jitter, until one has stayed open for a while:
 * a server that lets us in and throws us out must not be asked every second. A machine that wakes from sleep, or whose
 * clock was set, begins anew at once: what it could not reach before may be there now. So does one whose disk has room again.
 */
export class Reconnects {
  readonly #timing: Timing
  readonly #signal: AbortSignal
  readonly #options: ReconnectOptions
  #failures = 0

  constructor(timing: Timing, signal: AbortSignal, options: ReconnectOptions = {}) {
    this.#timing = timing
    this.#signal = signal
    this.#options = options
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
    await this.#pause(pause, when)
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
    for (let next = { openFor, when }; ; next = { openFor: 0, when: 'disk' }) {
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

  async #pause(milliseconds: number, when: When): Promise<void> {
    const { sessions, ...leaps } = this.#options
    const over = new AbortController()
    const signal = AbortSignal.any([this.#signal, over.signal])
    const leapt = new Promise<void>(resolve => {
      if (when !== 'late') watchLeaps(resolve, { ...leaps, signal })
    })
    const back = when === 'disk' && sessions ? [diskIsBack(sessions, signal)] : []
    const anew = Promise.race([leapt, ...back]).then(() => {
      this.#failures = 0
    })
    try {
      await Promise.race([sleep(milliseconds, undefined, { signal }), anew])
    } finally {
      over.abort()
      anew.catch(() => undefined)
    }
  }
}
