/** Milliseconds: Telegram holds a poll for 3 s where the same was asked a moment ago (`long-poll.ts`). */
const usual = 5000

interface Asked extends PromiseWithResolvers<void> {
  /** By the clock that nobody sets, in milliseconds. */
  readonly at: number
}

/** Lets others wait until the loop has taken in all that has happened in Telegram up to now. */
export class CatchUp {
  readonly #interrupt = new Set<() => void>()
  #waiting: Asked[] = []

  /** Resolves when a poll that began after this has brought everything. */
  ask(): Promise<void> {
    const asked = { ...Promise.withResolvers<void>(), at: performance.now() }
    this.#waiting.push(asked)
    // One who came before has interrupted it.
    if (this.#waiting.length === 1) for (const interrupt of this.#interrupt) interrupt()
    return asked.promise
  }

  /** Whether somebody waits, so that no poll may be held open. */
  get isAsked(): boolean {
    return this.#waiting.length > 0
  }

  /** Whether somebody has waited for longer than it takes where polls are answered. */
  get isLate(): boolean {
    const since = performance.now() - usual
    return this.#waiting.some(({ at }) => at <= since)
  }

  /** `interrupt` ends a poll that is held open. */
  attach(interrupt: () => void): void {
    this.#interrupt.add(interrupt)
  }

  /** A poll begins. What is returned is to be called when it has brought all that there was. */
  begin(): () => void {
    const asked = new Set(this.#waiting)
    return () => {
      this.#waiting = this.#waiting.filter(each => !asked.has(each))
      for (const { resolve } of asked) resolve()
    }
  }
}
