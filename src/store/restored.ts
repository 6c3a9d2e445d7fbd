import type { SessionStore } from '../bridge/network.ts'
import type { Sqlite } from './sqlite.ts'

const [connection, type, id] = ['store', 'restored', ''] as const

/** Whether a backup was put back and no run has taken that in yet. */
export interface Restore {
  readonly isNew: boolean
  /** What follows of it is written down. */
  taken(): void
}

/** Writes down that these data are those of a backup. */
export const noteRestore = (sqlite: Sqlite.Database): void => {
  sqlite
    .prepare('INSERT OR REPLACE INTO sessions (connection, type, id, value) VALUES (?, ?, ?, ?)')
    .run(connection, type, id, 'new')
}

export const openRestore = (session: (connection: string) => SessionStore): Restore => ({
  get isNew() {
    return session(connection).get(type, id) !== undefined
  },
  taken() {
    if (this.isNew) session(connection).set([{ type, id, value: null }])
  },
})
