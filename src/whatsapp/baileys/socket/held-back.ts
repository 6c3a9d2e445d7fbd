import type { BinaryNode } from '@whiskeysockets/baileys'

const REMEMBERED = 2000

/**
 * Counts what a new connection brings although it was sent while the one before was open and well: that one was deaf. What
 * the one before did bring, and which comes again because it was not acknowledged, does not count.
 */
export class HeldBack {
  readonly #slack: number
  readonly #seen = new Set<string>()
  #before: { readonly from: number; readonly until: number } | undefined
  #count = 0

  /** @param slack how late, in milliseconds, the server may be without being taken for deaf */
  constructor(slack: number) {
    this.#slack = slack
  }

  /** A message, notice or call has come. */
  observe({ tag, attrs }: BinaryNode): void {
    const { from, participant, id, t, offline } = attrs
    const key = [tag, from, participant, id].join(' ')
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    const [oldest] = this.#seen
    if (this.#seen.size > REMEMBERED && oldest !== undefined) this.#seen.delete(oldest)
    const sentAt = Number(t) * 1000
    if (offline === undefined || this.#before === undefined) return
    if (sentAt > this.#before.from + this.#slack && sentAt < this.#before.until - this.#slack)
      this.#count += 1
  }

  /**
   * A connection has ended that was open and answered between these times of the server, in milliseconds since 1970, or
   * never was. What was sent after its last frame says nothing: the line may have been dead by then, or this process
   * stood still.
   */
  closed(from: number | undefined, until: number | undefined): void {
    if (from === undefined || until === undefined) return
    this.#before = { from, until }
    this.#count = 0
  }

  /** Everything that waited has come; returns how much of it the connection before should have brought. */
  take(): number {
    const count = this.#count
    this.#count = 0
    this.#before = undefined
    return count
  }
}
