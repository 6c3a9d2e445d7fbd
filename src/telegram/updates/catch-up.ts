/** Lets others wait until the loop has taken in all that has happened in Telegram up to now. */
export class CatchUp {
  readonly #now: () => number
  readonly #interrupt = new Set<() => void>()
  #waiting: PromiseWithResolvers<void>[] = []
  #heardUpTo = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** Resolves when a poll that began after this has brought everything. */
  ask(): Promise<void> {
    const asked = Promise.withResolvers<void>()
    this.#waiting.push(asked)
    // One who came before has interrupted it.
    if (this.#waiting.length === 1) for (const interrupt of this.#interrupt) interrupt()
    return asked.promise
  }

  /** Whether somebody waits, so that no poll may be held open. */
  get isAsked(): boolean {
    return this.#waiting.length > 0
  }

  /** All that happened up to then is taken in, in milliseconds since 1970; 0 before the first time. */
  get heardUpTo(): number {
    return this.#heardUpTo
  }

  /** `interrupt` ends a poll that is held open. */
  attach(interrupt: () => void): void {
    this.#interrupt.add(interrupt)
  }

  /** A poll begins. What is returned is to be called when it has brought all that there was. */
  begin(): () => void {
    const asked = new Set(this.#waiting)
    const at = this.#now()
    return () => {
      this.#heardUpTo = at
      this.#waiting = this.#waiting.filter(each => !asked.has(each))
      for (const { resolve } of asked) resolve()
    }
  }
}
