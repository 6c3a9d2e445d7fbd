import type { Database } from './database.ts'

/** What of a message ends by itself: that it is pinned, that one may vote. */
export type DeadlineKind = 'pin' | 'poll'

export interface Deadline {
  /** Its key in `links.ts`. */
  readonly message: number
  readonly what: DeadlineKind
}

/** What ends by itself, and when; in milliseconds since 1970. */
export class Deadlines {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** One end of each kind a message; undefined: it has none any more. */
  set({ message, what }: Deadline, at: number | undefined): void {
    if (at === undefined) {
      this.#database.run('DELETE FROM deadlines WHERE message = ? AND what = ?', message, what)
      return
    }
    this.#database.run(
      `INSERT INTO deadlines (message, what, at) VALUES (?1, ?2, ?3)
       ON CONFLICT (message, what) DO UPDATE SET at = ?3`,
      message,
      what,
      at,
    )
  }

  has({ message, what }: Deadline): boolean {
    const sql = 'SELECT 1 FROM deadlines WHERE message = ? AND what = ?'
    return this.#database.get(sql, message, what) !== undefined
  }

  /** Those whose time was up at `now`, the earliest first. */
  due(now: number, limit: number): Deadline[] {
    return this.#database.all<Deadline>(
      'SELECT message, what FROM deadlines WHERE at <= ? ORDER BY at LIMIT ?',
      now,
      limit,
    )
  }
}
