import type { ChatRef, MessageRef } from '../../../bridge/chat-ref.ts'
import { type MessageEvent, parseEvent } from '../../../bridge/event.ts'
import type { Arrival, SessionChange, SessionStore } from '../../../bridge/network.ts'
import { StoreError } from '../../../bridge/store-error.ts'
import { parseStored } from '../../../bridge/stored-json.ts'
import { FewAtOnce } from './few-at-once.ts'
import { type FromBackup, WAITING } from './from-backup.ts'

interface Row {
  readonly head: Omit<MessageEvent, 'content'>
  readonly more: Omit<Arrival, 'event'>
  /** When the placeholder is due, milliseconds since 1970. */
  readonly due: number
}

/** A row, and whether its time is up. */
interface Waited {
  readonly row: Row
  isUp: boolean
}

/**
 * Messages that could not be decrypted. WhatsApp asks the sender for them again, and most come within seconds; one that
 * has not come when its time is up is announced by a placeholder, whose place the real one takes whenever it comes. Of many
 * in one chat some are announced later (`few-at-once.ts`). The list is on disk: a restart forgets nobody.
 */
export class Waiting {
  readonly #sessions: SessionStore
  readonly #receive: (arrival: Arrival, alongside: () => void) => void
  readonly #delayMs: number
  readonly #fromBackup: FromBackup
  readonly #isKnown: (message: MessageRef) => boolean
  readonly #few: FewAtOnce
  /** Of each row until its time is up, and of each chat where some of those are announced later. */
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /** Of each chat in the order in which they came: so they are to stand there. */
  readonly #rows = new Map<ChatRef, Map<string, Waited>>()

  constructor(options: {
    sessions: SessionStore
    /** Hands a placeholder to the bridge, and writes `alongside` in the same transaction. May throw. */
    receive: (arrival: Arrival, alongside: () => void) => void
    fromBackup: FromBackup
    /** Whether the bridge carries a message, or has carried it. */
    isKnown: (message: MessageRef) => boolean
    delayMs?: number
    /** Between two placeholders in a chat where many wait. */
    apartMs?: number | undefined
  }) {
    this.#fromBackup = options.fromBackup
    this.#sessions = options.sessions
    this.#receive = options.receive
    this.#delayMs = options.delayMs ?? 10_000
    this.#isKnown = options.isKnown
    this.#few = new FewAtOnce(options.apartMs ?? 3 * this.#delayMs)
  }

  /** Takes up what an earlier run waited for. */
  resume(): void {
    for (const { id, value } of this.#sessions.list(WAITING)) this.#schedule(id, readRow(id, value))
  }

  /** `names` are all those that the message may wait under already. */
  expect(head: Row['head'], more: Row['more'], names: readonly MessageRef[] = [head]): void {
    if (this.has(names)) return
    const id = keyOf(head)
    const row: Row = { head, more, due: Date.now() + this.#delayMs }
    this.#sessions.set([{ type: WAITING, id, value: JSON.stringify(row) }])
    this.#schedule(id, row)
  }

  /** A message has come, under whichever of its names: the changes that end the wait for it, to be written with it. */
  arrived(names: readonly MessageRef[]): SessionChange[] {
    return names.flatMap(name => {
      const id = keyOf(name)
      clearTimeout(this.#timers.get(id))
      this.#timers.delete(id)
      this.#rows.get(name.chat)?.delete(id)
      return this.#sessions.get(WAITING, id) === undefined ? [] : this.#over(id)
    })
  }

  /** Whether a message has not come yet, nor been announced, under any of its names. */
  has(names: readonly MessageRef[]): boolean {
    return names.some(name => this.#sessions.get(WAITING, keyOf(name)) !== undefined)
  }

  /**
   * Nobody comes any more: who is still waited for is announced, or left out where the bridge cannot take that, of which
   * `leftOut` hears. Throws `StoreError`.
   */
  finish(leftOut: (error: unknown) => void): void {
    this.stop()
    for (const { id, value } of [...this.#sessions.list(WAITING)]) {
      try {
        this.#hand(id, readRow(id, value))
      } catch (error) {
        if (error instanceof StoreError) throw error
        this.#sessions.set(this.#over(id))
        leftOut(error)
      }
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.#rows.clear()
  }

  #schedule(id: string, row: Row): void {
    const { chat } = row.head
    const rows = this.#rows.get(chat) ?? new Map<string, Waited>()
    rows.delete(id)
    this.#rows.set(chat, rows.set(id, { row, isUp: false }))
    // The clock may have been ahead when it began.
    this.#later(id, Math.min(row.due - Date.now(), this.#delayMs), () => this.#end(id, chat))
  }

  #later(name: string, milliseconds: number, what: () => void): void {
    clearTimeout(this.#timers.get(name))
    const timer = setTimeout(what, Math.max(0, milliseconds))
    timer.unref()
    this.#timers.set(name, timer)
  }

  /** The time of a row is up, and so is that of all that came before it, whichever timer is faster. */
  #end(last: string, chat: ChatRef): void {
    for (const [id, each] of this.#rows.get(chat) ?? []) {
      clearTimeout(this.#timers.get(id))
      this.#timers.delete(id)
      each.isUp = true
      if (id === last) break
    }
    this.#goOn(chat)
  }

  /** Announces as many of a chat as may be for now. */
  #goOn(chat: ChatRef): void {
    const rows = this.#rows.get(chat) ?? new Map<string, Waited>()
    const goOnIn = (milliseconds: number): void => this.#later(chat, milliseconds, () => this.#goOn(chat))
    for (const [id, each] of rows) {
      if (!each.isUp) return
      const rest = this.#few.restIn(chat)
      if (rest > 0) {
        goOnIn(rest)
        return
      }
      rows.delete(id)
      if (!this.#announce(id, each.row)) {
        this.#rows.set(chat, new Map([[id, each], ...rows]))
        goOnIn(this.#delayMs)
        return
      }
    }
    if (rows.size === 0) this.#rows.delete(chat)
  }

  /** False where the disk is full: then those behind it have to wait, too. */
  #announce(id: string, row: Row): boolean {
    try {
      const wasKnown = this.#isKnown(row.head)
      this.#hand(id, row)
      // Nothing is announced in a chat that nobody has mapped, nor of what stands there and has come again, unreadable as before.
      if (!wasKnown && this.#isKnown(row.head)) this.#few.took(row.head.chat)
    } catch (error) {
      if (error instanceof StoreError) return false
      this.#schedule(id, { ...row, due: Date.now() + this.#delayMs })
    }
    return true
  }

  #hand(id: string, row: Row): void {
    const arrival: Arrival = { ...row.more, event: placeholderFor(row) }
    this.#receive(this.#fromBackup.has([id]) ? { ...arrival, restored: true } : arrival, () =>
      this.#sessions.set(this.#over(id)),
    )
  }

  #over(id: string): SessionChange[] {
    return [{ type: WAITING, id, value: null }, ...this.#fromBackup.forget([id])]
  }
}

const placeholderFor = ({ head }: Row): MessageEvent => ({
  ...head,
  content: { kind: 'placeholder', label: 'Waiting for this message; it may be on the phone already' },
  pending: true,
  silent: true,
})

/** Of a row that is damaged, its name still says which message waits, and where; who wrote it is lost. */
const readRow = (id: string, value: string): Row => {
  try {
    const row = parseStored(value) as Row
    parseEvent(JSON.stringify(placeholderFor(row)))
    return row
  } catch {
    const now = Date.now()
    const space = id.indexOf(' ')
    const chat = id.slice(0, space) as ChatRef
    const head = { version: 1, kind: 'message', chat, id: id.slice(space + 1), sentAt: now } as const
    return { head: { ...head, sender: { person: chat, me: false } }, more: {}, due: now }
  }
}

const keyOf = ({ chat, id }: MessageRef): string => `${chat} ${id}`
