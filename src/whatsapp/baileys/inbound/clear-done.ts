import type { SessionChange, SessionStore } from '../../../bridge/network.ts'
import { RESTORED, WAITING } from './from-backup.ts'
import { Journal } from './journal.ts'

/**
 * Deletes all rows, but for what has come and is not with the bridge yet: what was decrypted, and who is waited for. The
 * next run takes it up, whoever is linked by then. Throws when the disk does not take it.
 */
export const clearDone = (sessions: SessionStore): void => {
  const rowsOf = (type: string): SessionChange[] =>
    [...sessions.list(type)].map(({ id, value }) => ({ type, id, value }))
  sessions.transaction(() => {
    const undone = [...new Journal(sessions).undoneRows(), ...rowsOf(WAITING)]
    const ids = new Set(undone.map(({ id }) => id))
    const restored = rowsOf(RESTORED).filter(({ id }) => ids.has(id))
    sessions.clear()
    sessions.set([...undone, ...restored])
  })
}
