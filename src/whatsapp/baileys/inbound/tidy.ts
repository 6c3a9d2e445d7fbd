/** Milliseconds. */
export interface TidyTimes {
  /** An answer of ours that left so long ago, on a connection that lives, has arrived: nothing comes again. */
  readonly settled: number
  readonly every: number
  /** Between two transactions. */
  readonly pause: number
}

const TIMES: TidyTimes = { settled: 60 * 60_000, every: 60 * 60_000, pause: 50 }

/**
 * Keeps the journal short. What was done before a connection began, and is not among what the server sends again then,
 * cannot come again; on a connection that stays open the same holds for what was done long enough ago.
 */
export class Tidy {
  readonly #prune: (before: number) => boolean
  readonly #onError: (error: unknown) => void
  readonly #times: TidyTimes
  #timer: NodeJS.Timeout | undefined

  /** @param prune deletes a little of what was done before that time; returns whether there is more */
  constructor(options: {
    prune: (before: number) => boolean
    onError: (error: unknown) => void
    times?: TidyTimes
  }) {
    this.#prune = options.prune
    this.#onError = options.onError
    this.#times = options.times ?? TIMES
  }

  /** The server has sent everything that waited. */
  caughtUp(socket: { readonly openedAt: number; readonly isOpen: boolean }): void {
    this.#run(socket.openedAt, () => this.#again(socket))
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #again(socket: { readonly openedAt: number; readonly isOpen: boolean }): void {
    this.#later(this.#times.every, () => {
      if (!socket.isOpen) return
      this.#run(Math.max(socket.openedAt, Date.now() - this.#times.settled), () => this.#again(socket))
    })
  }

  #run(before: number, done: () => void): void {
    let isMore = false
    try {
      isMore = this.#prune(before)
    } catch (error) {
      this.#onError(error)
    }
    if (isMore) this.#later(this.#times.pause, () => this.#run(before, done))
    else done()
  }

  #later(milliseconds: number, next: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(next, milliseconds)
    this.#timer.unref()
  }
}
