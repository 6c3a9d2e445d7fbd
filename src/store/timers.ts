import type { Database } from './database.ts'

/** What of a message ends by itself: that it is pinned, that one may vote. */
export type TimerKind = 'pin' | 'poll'

export interface Timer {
  /** Its key in `links.ts`. */
  readonly message: number
  readonly what: TimerKind
}

/** What ends by itself, and when; in milliseconds since 1970. */
export class Timers {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** One end of each kind a message; undefined: it has none any more. */
  set({ message, what }: Timer, at: number | undefined): void {
    if (at === undefined) {
      this.#database.run('DELETE FROM timers WHERE message = ? AND what = ?', message, what)
      return
    }
    this.#database.run(
      `INSERT INTO timers (message, what, at) VALUES (?1, ?2, ?3)
       ON CONFLICT (message, what) DO UPDATE SET at = ?3`,
      message,
      what,
      at,
    )
  }

  /** Those whose time was up at `now`, the earliest first. */
  due(now: number, limit: number): Timer[] {
    return this.#database.all<Timer>(
      'SELECT message, what FROM timers WHERE at <= ? ORDER BY at LIMIT ?',
      now,
      limit,
    )
  }
}
