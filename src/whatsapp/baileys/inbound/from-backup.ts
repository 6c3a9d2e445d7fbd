import type { SessionChange, SessionStore } from '../../../bridge/network.ts'
import { putBack } from '../../../bridge/put-back.ts'
import { forgetGroups } from './fetch-groups.ts'
import type { Journal } from './journal.ts'

const ROWS = 'restored'
/** Rows of messages that are waited for (`waiting.ts`). */
export const WAITING = 'waiting'

/**
 * What a backup brought back that was still to be handed over when it was made: parts of the journal by their hashes,
 * and messages that were waited for. It may have been since.
 */
export class FromBackup {
  readonly #ids: Set<string>

  constructor(sessions: SessionStore, journal: Journal) {
    if (sessions.get(putBack.type, putBack.id) !== undefined) {
      const before = [...sessions.list(ROWS)].map(({ id }) => forget(id))
      const parts = journal.undone().flatMap(envelope => envelope.parts.map(({ hash }) => hash))
      const ids = [...parts, ...[...sessions.list(WAITING)].map(({ id }) => id)]
      const now = ids.map(id => ({ type: ROWS, id, value: 'yes' }))
      sessions.transaction(() => {
        sessions.set([...before, ...now, { ...putBack, value: null }])
        // What has changed in them since comes no more.
        forgetGroups(sessions)
      })
    }
    this.#ids = new Set([...sessions.list(ROWS)].map(({ id }) => id))
  }

  has(ids: readonly string[]): boolean {
    return ids.some(id => this.#ids.has(id))
  }

  /** To be written when these are handed over. */
  forget(ids: readonly string[]): SessionChange[] {
    return ids.filter(id => this.#ids.has(id)).map(forget)
  }
}

const forget = (id: string): SessionChange => ({ type: ROWS, id, value: null })
