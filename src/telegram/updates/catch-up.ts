/** Lets others wait until the loop has taken in all that has happened in Telegram up to now. */
export class CatchUp {
  readonly #interrupt = new Set<() => void>()
  #waiting: PromiseWithResolvers<void>[] = []

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
