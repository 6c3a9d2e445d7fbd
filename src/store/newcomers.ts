import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Database } from './database.ts'

/** Where a chat or a person may stand and is found at once. */
const book = [
  ['chats', 'ref'],
  ['aliases', 'ref'],
  ['mappings', 'whatsapp', 'telegram'],
] as const

/** Where all rows are looked through; of messages there are most. */
const rows = [
  ['jobs', 'lane', 'target'],
  ['keeps', 'chat', 'person'],
  ['reactions', 'person'],
  ['votes', 'person'],
  ['messages', 'chat', 'author'],
] as const

type Places = readonly (readonly [table: string, ...columns: string[]])[]

const standsIn = (places: Places): string =>
  places
    .map(
      ([table, ...columns]) =>
        `EXISTS (SELECT 1 FROM ${table} WHERE ${columns.map(column => `${column} = ?1`).join(' OR ')})`,
    )
    .join(' OR ')

const inBook = `SELECT ${standsIn(book)} AS known`
const anywhere = `SELECT ${standsIn([...book, ...rows])} AS known`
const all = (rows satisfies Places)
  .flatMap(([table, ...columns]) => columns.map(column => `SELECT ${column} AS ref FROM ${table}`))
  .join(' UNION ')

/**
 * Says whether anything stands under an address. Of whom nothing does, nothing has to be merged, which would look through all
 * messages several times. Of one newcomer they are looked through once; where more follow in the same transaction, as
 * with a group of hundreds, what stands there is read once for all, and holds until it is written to.
 */
export class Newcomers {
  readonly #database: Database
  /** How many rows the book itself has written. */
  #own = 0
  #asked: { readonly when: string; refs?: ReadonlySet<string> } | undefined

  constructor(database: Database) {
    this.#database = database
  }

  /** A write to the book alone. */
  write(sql: string, ...values: (string | number | null)[]): void {
    this.#own += this.#database.run(sql, ...values).changes
  }

  isKnown(ref: ChatRef): boolean {
    const when = this.#when()
    if (this.#asked?.when !== when) {
      this.#asked = { when }
      return this.#says(anywhere, ref)
    }
    this.#asked.refs ??= new Set(this.#database.all<{ ref: string }>(all).map(row => row.ref))
    return this.#asked.refs.has(ref) || this.#says(inBook, ref)
  }

  #says(sql: string, ref: ChatRef): boolean {
    return this.#database.get<{ known: number }>(sql, ref)?.known === 1
  }

  /** Names the transaction, and what has been written by others than the book. */
  #when(): string {
    const { changes = 0 } = this.#database.get<{ changes: number }>('SELECT total_changes() AS changes') ?? {}
    return `${this.#database.transactions} ${changes - this.#own}`
  }
}
