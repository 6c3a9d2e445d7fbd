/** So many calls tell how quick the quickest is; a line that has become slower for good is believed after as many. */
const enough = 8
const remembered = 500

/**
 * The time that even the quickest call takes there and back. Between two calls the network sees at least the time from the
 * first one's answer to the second one's start and this: the second one's way there, and the first one's way back.
 */
export class Quickest {
  readonly #latest: number[] = []

  add(milliseconds: number): void {
    this.#latest.push(milliseconds)
    if (this.#latest.length > remembered) this.#latest.shift()
  }

  /** Three quarters of it: of two calls, one may have been the quickest there and the other the quickest back. */
  get milliseconds(): number {
    return this.#latest.length < enough ? 0 : 0.75 * Math.min(...this.#latest)
  }
}
