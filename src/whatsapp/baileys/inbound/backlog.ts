/** How far the messages that waited on the server have come since the last login. */
export class Backlog {
  readonly #isIdle: () => boolean
  #total = 0
  #done = 0
  #hasAll = true

  /** @param isIdle whether everything that has come is with the bridge */
  constructor(isIdle: () => boolean) {
    this.#isIdle = isIdle
  }

  /** The server says how many messages wait (`<offline_preview message/>`). */
  announce(messages: number): void {
    this.#total = messages
    this.#done = 0
    this.#hasAll = false
  }

  /** One of them is with the bridge. */
  handed(): void {
    this.#done += 1
  }

  /** The server has sent them all, or the connection is gone. */
  over(): void {
    this.#hasAll = true
  }

  /** Absent when there is nothing left to do. */
  get progress(): { readonly done: number; readonly total: number } | undefined {
    if (this.#total === 0 || (this.#hasAll && this.#isIdle())) return undefined
    return { done: Math.min(this.#done, this.#total), total: this.#total }
  }
}
