import type { ChatState } from './chats.ts'
import type { Clock } from './clock.ts'
import { tooManyRequests } from './errors.ts'

/**
 * The limits of Telegram's FAQ as sliding windows: one message a second in a chat with a burst of three, 20 a minute
 * in a group or channel, 30 a second over all. Edits and every item of an album count; a refused call counts nothing.
 */
export class Rates {
  enabled: boolean
  readonly #clock: Clock
  readonly #chats = new Map<number, number[]>()
  #all: number[] = []

  constructor(clock: Clock, enabled: boolean) {
    this.#clock = clock
    this.enabled = enabled
  }

  /** Throws a 429 when `count` more messages are too many. */
  take(chat: ChatState, count = 1): void {
    if (!this.enabled) return
    const now = this.#clock.now()
    const recent = (this.#chats.get(chat.id) ?? []).filter(at => at > now - 60_000)
    this.#all = this.#all.filter(at => at > now - 1000)
    const waits = [waitFor({ times: this.#all, limit: 30, window: 1000, count, now })]
    const burst = recent.filter(at => at > now - 3000)
    waits.push(waitFor({ times: burst, limit: Math.max(3, count), window: 3000, count, now }))
    if (chat.type !== 'private') waits.push(waitFor({ times: recent, limit: 20, window: 60_000, count, now }))
    const wait = Math.max(...waits)
    if (wait > 0) throw tooManyRequests(Math.ceil(wait / 1000))
    const stamps = Array.from({ length: count }, () => now)
    this.#all.push(...stamps)
    this.#chats.set(chat.id, [...recent, ...stamps])
  }
}

interface Window {
  readonly times: readonly number[]
  readonly limit: number
  /** Milliseconds. */
  readonly window: number
  readonly count: number
  readonly now: number
}

/** Milliseconds until `count` more fit into the window. */
function waitFor({ times, limit, window, count, now }: Window): number {
  const surplus = times.length + count - limit
  if (surplus <= 0) return 0
  const freeing = times[Math.min(surplus, times.length) - 1]
  return freeing === undefined ? 0 : freeing + window - now
}
