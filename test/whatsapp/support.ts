import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BridgeEvent, type ChangeEvent, isMessage, type MessageEvent } from '../../src/bridge/event.ts'
import type {
  Arrival,
  FindMessage,
  Inbox,
  KnownChat,
  NetworkStatus,
  SessionStore,
  Standing,
} from '../../src/bridge/network.ts'
import { openStore, storePath } from '../../src/store/index.ts'
import type { Logger } from '../../src/support/log.ts'

/** A folder that is gone when the test is over. */
export class TempDir implements Disposable {
  readonly path: string

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'wa2tg-test-'))
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/**
 * A real store with an inbox that keeps what it receives as rows of the same file, in the same transaction, each event
 * once, but for one that could not be read at first: what the bridge does, without its rules.
 */
export class RecordingBridge implements Inbox, Disposable {
  readonly sessions: SessionStore
  readonly known: KnownChat[] = []
  readonly statuses: NetworkStatus[] = []
  readonly standings: Standing[] = []
  /** The ids of events that came once more, of which nothing was kept: in the order in which they came. */
  readonly again: string[] = []
  /** Thrown by the next `receive` and `standing` calls, as a full disk would. */
  failure: Error | undefined
  readonly #rows: SessionStore
  readonly #store: ReturnType<typeof openStore>

  constructor(dir: string) {
    this.#store = openStore(storePath(dir))
    this.sessions = this.#store.session('baileys')
    this.#rows = this.#store.session('test-events')
  }

  receive(arrivals: readonly Arrival[], alongside?: () => void): void {
    if (this.failure !== undefined) throw this.failure
    this.#store.transaction(() => {
      for (const arrival of arrivals) {
        const { chat, id } = arrival.event
        const row = { type: 'event', id: `${chat} ${id}` }
        const before = this.#rows.get(row.type, row.id)
        const late = isMessage(arrival.event) && arrival.event.late
        if (before !== undefined && !late && !JSON.parse(before).event.pending) {
          this.again.push(id)
          continue
        }
        this.#rows.set([{ ...row, value: JSON.stringify(arrival) }])
      }
      alongside?.()
    })
  }

  shutOut(): void {
    throw new Error('Nobody is thrown out of a mapped chat in WhatsApp without a notice')
  }

  overheard(): void {
    throw new Error('Strangers are only met in Telegram')
  }

  standing(standing: Standing): void {
    if (this.failure !== undefined) throw this.failure
    this.standings.push(standing)
  }

  learn(chat: KnownChat): void {
    this.known.push(chat)
  }

  changed(status: NetworkStatus): void {
    this.statuses.push(status)
  }

  get arrivals(): Arrival[] {
    return [...this.#rows.list('event')].map(({ value }) => JSON.parse(value))
  }

  findMessage: FindMessage = ({ chat, id }) => {
    const row = this.#rows.get('event', `${chat} ${id}`)
    if (row === undefined) return undefined
    const { event, raw }: Arrival = JSON.parse(row)
    const { person: author, me } = event.sender
    const pending = isMessage(event) && event.pending === true
    return { author, me, byBridge: false, pending, ...(raw !== undefined && { raw }) }
  }

  get messages(): MessageEvent[] {
    return this.events.filter(isMessage)
  }

  get changes(): ChangeEvent[] {
    return this.events.filter(event => !isMessage(event))
  }

  get events(): BridgeEvent[] {
    return this.arrivals.map(({ event }) => event)
  }

  /** What was said, in order: text, or the label of what is none. */
  get said(): string[] {
    return this.messages.map(({ content }) => {
      if (content.kind === 'text') return content.body.text
      return content.kind === 'placeholder' ? content.label : content.kind
    })
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]()
  }
}

/** From now on the database of a `RecordingBridge` refuses events that say this, as it refuses a number that fits no column. */
export const refuseEvents = (dir: string, word: string): void => {
  using store = openStore(storePath(dir))
  store.database.run(
    `CREATE TRIGGER refused BEFORE INSERT ON sessions WHEN new.connection = 'test-events' AND new.value LIKE '%${word}%'
     BEGIN SELECT RAISE(ABORT, 'refused'); END`,
  )
}

/** Waits until something is so; fails with what it last saw. */
export const until = async <T>(
  what: string,
  look: () => T | undefined | false,
  timeoutMs = 120_000,
): Promise<T> => {
  const end = Date.now() + timeoutMs
  while (true) {
    const found = look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`It did not happen in time: ${what}`)
    await sleep(10)
  }
}

/** A logger that says nothing, or, with WA2TG_TEST_LOG set, everything. */
export const silentLogger = (): Logger => {
  const say =
    process.env['WA2TG_TEST_LOG'] === undefined
      ? () => undefined
      : (object: unknown, message?: string) => console.error(message, object)
  const logger: Logger = {
    level: 'silent',
    child: () => logger,
    trace: () => undefined,
    debug: say,
    info: say,
    warn: say,
    error: say,
  }
  return logger
}
