/** So many are announced at once in a chat. */
const AT_ONCE = 10

/**
 * How many placeholders stand in a chat. Where the keys of a whole group are missing and its people's phones are off, as behind a
 * restored backup, hundreds of messages wait at once, each of which would be announced in a message of its own, and replaced by an edit
 * of that: with the 20 that Telegram takes in a minute, all that is said there meanwhile would stand behind them for a quarter of an
 * hour. Most come sooner or later, and need no placeholder then. By the clock that nobody sets; a new run begins anew.
 */
export class FewAtOnce {
  /** When each chat would be as if nothing had been announced there, in milliseconds. */
  readonly #free = new Map<string, number>()
  readonly #apartMs: number
  readonly #now: () => number

  /** @param apartMs from one to the next behind those that are announced at once */
  constructor(apartMs: number, now: () => number = () => performance.now()) {
    this.#apartMs = apartMs
    this.#now = now
  }

  /** How long the next one has to wait in a chat, in milliseconds. */
  restIn(chat: string): number {
    const free = this.#free.get(chat) ?? 0
    return Math.max(0, free - this.#now() - (AT_ONCE - 1) * this.#apartMs)
  }

  /** One was announced there. */
  took(chat: string): void {
    this.#free.set(chat, Math.max(this.#free.get(chat) ?? 0, this.#now()) + this.#apartMs)
  }
}
