import type { NetworkStatus } from '../../../bridge/network.ts'

/** How far the messages that waited on the server have come since the last login. */
export class Backlog {
  readonly #isIdle: () => boolean
  #total = 0
  #done = 0
  #hasAll = true
  #isThrough = false

  /** @param isIdle whether everything that has come is with the bridge */
  constructor(isIdle: () => boolean) {
    this.#isIdle = isIdle
  }

  /** The server says how many messages wait (`<offline_preview message/>`). */
  announce(messages: number): void {
    this.#total = messages
    this.#done = 0
    this.#hasAll = false
    this.#isThrough = false
  }

  /** One of them is with the bridge. */
  handed(): void {
    this.#done += 1
  }

  /** The server has sent them all. */
  over(): void {
    this.#hasAll = true
    this.#isThrough = true
  }

  /** The connection is gone. */
  cut(): void {
    this.#hasAll = true
    this.#isThrough = false
  }

  /** What is to be said of it in the status. */
  describe(isConnected: boolean): Pick<NetworkStatus, 'catchingUp' | 'upToDate'> {
    const { progress: catchingUp, isThrough } = this
    return {
      ...(catchingUp !== undefined && { catchingUp }),
      ...(isThrough && isConnected && { upToDate: true }),
    }
  }

  /** Whether everything that waited is with the bridge, and whatever happens now comes at once. */
  get isThrough(): boolean {
    return this.#isThrough && this.#isIdle()
  }

  /** Absent when there is nothing left to do. */
  get progress(): { readonly done: number; readonly total: number } | undefined {
    if (this.#total === 0 || (this.#hasAll && this.#isIdle())) return undefined
    return { done: Math.min(this.#done, this.#total), total: this.#total }
  }
}
