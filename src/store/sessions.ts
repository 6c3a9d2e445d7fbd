import type { SessionChange, SessionStore } from '../bridge/network.ts'
import type { Database } from './database.ts'

/** The rows that one connection keeps between runs, in the same file and the same transactions as everything else. */
export const openSession = (database: Database, connection: string): SessionStore => {
  const change = ({ type, id, value }: SessionChange): void => {
    if (value === null) {
      database.run('DELETE FROM sessions WHERE connection = ? AND type = ? AND id = ?', connection, type, id)
    } else {
      // Updating in place keeps `seq`, the order in which rows were first written.
      database.run(
        `INSERT INTO sessions (connection, type, id, value) VALUES (?1, ?2, ?3, seal(?4))
         ON CONFLICT (connection, type, id) DO UPDATE SET value = excluded.value WHERE unseal(value) <> ?4`,
        connection,
        type,
        id,
        value,
      )
    }
  }
  return {
    get: (type, id) =>
      database.get<{ value: string }>(
        'SELECT value FROM sessions WHERE connection = ? AND type = ? AND id = ?',
        connection,
        type,
        id,
      )?.value,
    list: type =>
      database.all<{ id: string; value: string }>(
        'SELECT id, value FROM sessions WHERE connection = ? AND type = ? ORDER BY seq',
        connection,
        type,
      ),
    set: (changes, options) => {
      if (changes.length > 0) database.transaction(() => changes.forEach(change), options)
    },
    transaction: work => database.transaction(work),
    clear: () => {
      database.run('DELETE FROM sessions WHERE connection = ?', connection)
    },
  }
}
