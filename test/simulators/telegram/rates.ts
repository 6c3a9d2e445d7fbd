import type { ChatState } from './chats.ts'
import type { Clock } from './clock.ts'
import { tooManyRequests } from './errors.ts'

const perChat = { limit: 3, window: 3000 }
const perGroup = { limit: 20, window: 60_000 }
const overAll = { limit: 30, window: 1000 }
const actions = [
  { limit: 20, window: 5000 },
  { limit: 40, window: 30_000 },
]
/** What was under way when a refusal was sent cannot have known of it; milliseconds. */
const underWay = 1000

/**
 * The limits of Telegram's FAQ as sliding windows: one message a second in a chat with a burst of three, 20 a minute
 * in a group or channel, 30 a second over all. Edits, reactions, pins and every item of an album count; what an album has
 * beyond the burst is paid for later, one a second. After a refusal a chat takes nothing until the time that was
 * named. Chat actions have limits of their own. A refused call counts nothing.
 */
export class Rates {
  enabled: boolean
  /** Calls to a chat that had been told to wait, and had not waited. */
  impatient = 0
  readonly #clock: Clock
  readonly #chats = new Map<number, Call[]>()
  readonly #actions = new Map<number, number[]>()
  readonly #penalties = new Map<number, { from: number; until: number }>()
  #all: number[] = []

  constructor(clock: Clock, enabled: boolean) {
    this.#clock = clock
    this.enabled = enabled
  }

  /** Throws a 429 when `count` more messages are too many. */
  take(chat: Pick<ChatState, 'id' | 'type'>, count = 1): void {
    if (!this.enabled) return
    const now = this.#clock.now()
    this.#checkPenalty(chat.id, now)
    const recent = (this.#chats.get(chat.id) ?? []).filter(({ at }) => at > now - perGroup.window)
    this.#all = this.#all.filter(at => at > now - overAll.window)
    const limits = chat.type === 'private' ? [perChat] : [perChat, perGroup]
    const waits = limits.map(limit =>
      waitFor({ ...limit, times: recent.flatMap(call => placesOf(call, limit)), count, now }),
    )
    const wait = Math.max(...waits, waitFor({ ...overAll, times: this.#all, count, now }))
    if (wait > 0) this.#refuse(chat.id, wait, now)
    this.#all.push(...Array.from({ length: count }, () => now))
    this.#chats.set(chat.id, [...recent, { at: now, count }])
  }

  /** Throws a 429 when one more action ("typing…") is too much. */
  act(chat: Pick<ChatState, 'id'>): void {
    if (!this.enabled) return
    const now = this.#clock.now()
    const recent = (this.#actions.get(chat.id) ?? []).filter(at => at > now - 30_000)
    const wait = Math.max(...actions.map(limit => waitFor({ ...limit, times: recent, count: 1, now })))
    if (wait > 0) throw tooManyRequests(Math.min(3, Math.ceil(wait / 1000)))
    this.#actions.set(chat.id, [...recent, now])
  }

  #checkPenalty(chat: number, now: number): void {
    const penalty = this.#penalties.get(chat)
    if (penalty === undefined || penalty.until <= now) return
    if (now > penalty.from + underWay) this.impatient += 1
    throw tooManyRequests(Math.ceil((penalty.until - now) / 1000))
  }

  #refuse(chat: number, wait: number, now: number): never {
    const seconds = Math.ceil(wait / 1000)
    this.#penalties.set(chat, { from: now, until: now + seconds * 1000 })
    throw tooManyRequests(seconds)
  }
}

interface Call {
  readonly at: number
  readonly count: number
}

/** When each message of a call counts: those beyond the limit as if they came later, at the pace that the limit has. */
const placesOf = ({ at, count }: Call, { limit, window }: { limit: number; window: number }): number[] =>
  Array.from({ length: count }, (_, item) => at + Math.max(0, item - limit + 1) * (window / limit))

interface Window {
  readonly times: readonly number[]
  readonly limit: number
  /** Milliseconds. */
  readonly window: number
  readonly count: number
  readonly now: number
}

/** Milliseconds until `count` more fit into the window; one call that is larger than it needs it empty. */
function waitFor({ times, limit, window, count, now }: Window): number {
  const within = times.filter(at => at > now - window).sort((a, b) => a - b)
  const surplus = within.length + Math.min(count, limit) - limit
  if (surplus <= 0) return 0
  return (within[surplus - 1] ?? now) + window - now
}
