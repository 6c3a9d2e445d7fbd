import type { WAMessage } from '@whiskeysockets/baileys'
import type { MessageRef } from '../../../bridge/chat-ref.ts'
import type { SessionChange, SessionStore } from '../../../bridge/network.ts'
import type { Logger } from '../../../support/log.ts'
import type { Book } from './book.ts'
import { isPast, keptOf, readKept } from './kept-change.ts'

const ROWS = 'held'
/** As many wait at most; of more the oldest are given up. */
const MOST = 500
const DAMAGED = 'they are damaged on disk'

/**
 * Changes of messages that cannot be read yet: a vote or an edit is sealed with the secret of its message, and what it
 * changes has to be there. They are kept on disk until that message has come, and then read as if they came behind it. What
 * is given up is said in the log.
 */
export class EarlyChanges {
  readonly #sessions: SessionStore
  readonly #logger: Logger
  readonly #book: Pick<Book, 'now' | 'time'>
  /** Messages that something may wait for: looking into the store for each message would be a waste. */
  readonly #awaited: Set<string>

  constructor(sessions: SessionStore, logger: Logger, book: Pick<Book, 'now' | 'time'>) {
    this.#sessions = sessions
    this.#logger = logger
    this.#book = book
    const damaged = [...sessions.list(ROWS)].filter(({ value }) => readKept(value) === undefined)
    if (damaged.length > 0) sessions.set(this.#giveUp(damaged, DAMAGED))
    this.#awaited = new Set([...sessions.list(ROWS)].map(({ id }) => targetIn(id)))
  }

  /** Keeps a change of `target`; to be written with the mark that it is dealt with. Nothing when it is too large. */
  keep(target: MessageRef, web: WAMessage): SessionChange[] {
    const value = keptOf(web, this.#book.now)
    if (value === undefined) {
      this.#logger.warn({}, 'A change that is too large for one was left out')
      return []
    }
    const rows = [...this.#sessions.list(ROWS)]
    // The oldest stand first.
    const firstFresh = rows.findIndex(row => !this.#isOld(row))
    const old = rows.splice(0, firstFresh === -1 ? rows.length : firstFresh)
    const tooMany = rows.splice(0, Math.max(0, rows.length - MOST + 1))
    const gone = [...old, ...tooMany]
    const left = new Set(gone.length > 0 ? rows.map(({ id }) => targetIn(id)) : [])
    for (const name of gone.map(({ id }) => targetIn(id))) if (!left.has(name)) this.#awaited.delete(name)
    this.#awaited.add(nameOf(target))
    return [
      ...this.#giveUp(old, 'their message did not come in two weeks'),
      ...this.#giveUp(tooMany, 'their message is one of too many that have not come'),
      { type: ROWS, id: `${nameOf(target)} ${web.key.id}`, value },
    ]
  }

  #isOld({ value }: { readonly value: string }): boolean {
    const kept = readKept(value)
    return kept === undefined || isPast(kept, this.#book.time.now)
  }

  /** What waits for a message, under whichever of its names, in the order in which it came, and how each is forgotten. */
  about(target: readonly MessageRef[]): { readonly web: WAMessage; readonly forget: SessionChange }[] {
    const names = target.map(nameOf).filter(name => this.#awaited.has(name))
    if (names.length === 0) return []
    const found = [...this.#sessions.list(ROWS)].filter(({ id }) => names.includes(targetIn(id)))
    if (found.length === 0) for (const name of names) this.#awaited.delete(name)
    return found.flatMap(({ id, value }) => {
      const web = readKept(value)?.web
      if (web !== undefined) return [{ web, forget: forget(id) }]
      this.#sessions.set(this.#giveUp([{ id }], DAMAGED))
      return []
    })
  }

  #giveUp(rows: readonly { readonly id: string }[], why: string): SessionChange[] {
    if (rows.length > 0) this.#logger.warn({ count: rows.length }, `Changes were left out, since ${why}`)
    return rows.map(({ id }) => forget(id))
  }
}

const nameOf = ({ chat, id }: MessageRef): string => `${chat} ${id}`

const targetIn = (id: string): string => id.slice(0, id.lastIndexOf(' '))

const forget = (id: string): SessionChange => ({ type: ROWS, id, value: null })
