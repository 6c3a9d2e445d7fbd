/** The server's clock, in milliseconds since 1970; tests move it forward. */
export class Clock {
  readonly #source: () => number
  #ahead = 0

  constructor(source: () => number = Date.now) {
    this.#source = source
  }

  now(): number {
    return this.#source() + this.#ahead
  }

  /** Bot API dates are whole seconds. */
  seconds(): number {
    return Math.floor(this.now() / 1000)
  }

  advance(milliseconds: number): void {
    this.#ahead += milliseconds
  }
}
