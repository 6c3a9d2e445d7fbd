import type { Clock } from './clock.ts'
import { type ApiError, conflict } from './errors.ts'
import type { Query } from './query.ts'

interface QueuedUpdate {
  readonly update_id: number
  readonly [kind: string]: unknown
}

interface Poll {
  readonly offset: number
  readonly limit: number
  readonly finish: (updates: readonly QueuedUpdate[]) => void
  readonly fail: (error: ApiError) => void
  /** It is about to be answered. */
  isWoken: boolean
}

const optIn = ['message_reaction', 'message_reaction_count', 'chat_member']
/** For so long an update waits, in milliseconds. */
const kept = 24 * 3_600_000
/** And a pressed button; so long may the answer to it take, too (`process_new_callback_query_queue`, Client.cpp 17158). */
export const keptPressed = 150_000
const mostBytes = 4 * 1024 * 1024
const mostBytesEach = 64 * 1024

/**
 * The bot's update queue with the semantics of `getUpdates` (telegram-bot-api Client.cpp 15700 and 16321): an offset
 * confirms everything before it, an unconfirmed update comes again, a second poller ends the wait of the first with a
 * 409, and the same offset asked again at once is slowed down. A poll that waits brings all that comes
 * at one time (16406: it is answered a millisecond later).
 */
export class UpdateQueue {
  readonly #clock: Clock
  #queue: { readonly update: QueuedUpdate; readonly until: number }[] = []
  #nextId = 700_000_001
  #allowed: readonly string[] = []
  #poll: Poll | undefined
  /** Given out once already, and given out again whatever the offset says. */
  #repeats: QueuedUpdate[] = []
  #delivered: QueuedUpdate[] = []
  /** What waits for its turn, while messages do. */
  #late: (() => void)[] | undefined
  #previous = { offset: -1, at: 0 }
  #nextConflictAt = 0
  webhookUrl = ''

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get pending(): number {
    return this.#queue.length
  }

  /** Whether the bot asks for updates of that kind; kinds that are opt-in have to be named. */
  wants(kind: string): boolean {
    return this.#allowed.length === 0 ? !optIn.includes(kind) : this.#allowed.includes(kind)
  }

  /**
   * Messages wait from now on, for what they answer or a sticker set of theirs; what waits for none overtakes them
   * (`process_new_message_queue`, Client.cpp 17899). What is returned lets them come.
   */
  delayMessages(): () => void {
    const late: (() => void)[] = []
    this.#late = late
    return () => {
      this.#late = undefined
      for (const push of late) push()
    }
  }

  push(kind: string, payload: unknown): void {
    if (!this.wants(kind)) return
    const isMessage = kind.endsWith('message') || kind.endsWith('channel_post')
    if (this.#late && isMessage) {
      const now = structuredClone(payload)
      this.#late.push(() => this.push(kind, now))
      return
    }
    const update: QueuedUpdate = { update_id: this.#nextId, [kind]: structuredClone(payload) }
    if (Buffer.byteLength(JSON.stringify(update)) > mostBytesEach) return
    this.#nextId += 1
    this.#queue.push({ update, until: this.#clock.now() + (kind === 'callback_query' ? keptPressed : kept) })
    this.#wake()
  }

  async get(query: Query, gone: AbortSignal): Promise<readonly QueuedUpdate[]> {
    if (this.webhookUrl !== '') {
      throw await this.#conflict(
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      )
    }
    const offset = query.integer('offset')
    let limit = query.integer('limit', { min: 1, max: 100, missing: 100 })
    let timeout = query.integer('timeout', { min: 0, max: 50 })
    this.#rememberAllowed(query)
    const now = Date.now()
    if (offset === this.#previous.offset) {
      if (timeout < 3 && now < this.#previous.at + 3000) timeout = 3
      if (now < this.#previous.at + 500) limit = 1
    }
    this.#previous = { offset, at: now }
    this.#confirm(offset)
    const updates = this.#take(limit)
    if (updates.length > 0 || timeout === 0) return updates
    return this.#wait({ offset, limit, seconds: timeout }, gone)
  }

  /** Ends a waiting poll, as `setWebhook` does. */
  terminate(why: string): void {
    const poll = this.#poll
    this.#poll = undefined
    if (poll !== undefined) void this.#conflict(why).then(poll.fail)
  }

  drop(): void {
    this.#queue = []
  }

  /** Delivers the last `count` updates once more under their old ids, as a server does that lost its place. */
  repeat(count: number): void {
    this.#repeats = this.#delivered.slice(-count)
    this.#wake()
  }

  /** The next update has this id, as after a week without any: chosen anew, lower or higher. */
  renumber(nextId: number): void {
    if (this.#queue.length > 0) throw new Error('Ids begin anew only when none has waited for a week')
    this.#nextId = nextId
  }

  #rememberAllowed(query: Query): void {
    if (query.text('allowed_updates') === '') return
    try {
      const named: unknown = query.json('allowed_updates')
      if (Array.isArray(named)) this.#allowed = named.map(String)
    } catch {
      // The real server ignores what it cannot parse, too.
    }
  }

  #confirm(offset: number): void {
    const now = this.#clock.now()
    this.#queue = this.#queue.filter(({ until }) => until > now)
    if (offset < 0) this.#queue = this.#queue.slice(offset)
    else if (offset > 0 && offset <= this.#nextId + 10)
      this.#queue = this.#queue.filter(({ update }) => update.update_id >= offset)
  }

  #take(limit: number): readonly QueuedUpdate[] {
    let bytes = 0
    const taken: QueuedUpdate[] = this.#repeats.splice(0)
    for (const { update } of this.#queue.slice(0, Math.max(0, limit - taken.length))) {
      bytes += Buffer.byteLength(JSON.stringify(update))
      if (taken.length > 0 && bytes > mostBytes) break
      taken.push(update)
      if (!this.#delivered.includes(update)) this.#delivered = [...this.#delivered.slice(-99), update]
    }
    return taken
  }

  #wait(
    { offset, limit, seconds }: { offset: number; limit: number; seconds: number },
    gone: AbortSignal,
  ): Promise<readonly QueuedUpdate[]> {
    this.terminate('terminated by other getUpdates request; make sure that only one bot instance is running')
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer)
        gone.removeEventListener('abort', leave)
        if (this.#poll === poll) this.#poll = undefined
      }
      const leave = (): void => {
        settle()
        resolve([])
      }
      const poll: Poll = {
        offset,
        limit,
        finish: updates => {
          settle()
          resolve(updates)
        },
        fail: error => {
          settle()
          reject(error)
        },
        isWoken: false,
      }
      const timer = setTimeout(leave, seconds * 1000)
      gone.addEventListener('abort', leave, { once: true })
      this.#poll = poll
    })
  }

  #wake(): void {
    const poll = this.#poll
    if (poll === undefined || poll.isWoken) return
    poll.isWoken = true
    setImmediate(() => {
      poll.isWoken = false
      if (poll !== this.#poll) return
      this.#confirm(poll.offset)
      const updates = this.#take(poll.limit)
      if (updates.length > 0) poll.finish(updates)
    })
  }

  /** A conflict within 3 s of the last one is answered 3 s late. */
  async #conflict(why: string): Promise<ApiError> {
    const now = Date.now()
    if (now < this.#nextConflictAt) await new Promise(resolve => setTimeout(resolve, 3000).unref())
    else this.#nextConflictAt = now + 3000
    return conflict(why)
  }
}
