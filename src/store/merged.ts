import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Database } from './database.ts'
import { openSession } from './sessions.ts'

/** A mapping that is gone because its chat turned out to be another one that is mapped, too. */
export interface MergedMapping {
  readonly whatsapp: ChatRef
  /** The Telegram chat where it went. */
  readonly left: ChatRef
  /** The one where the mapping goes that stays. */
  readonly stays: ChatRef
}

const connection = 'merged'

/** Writes down that it is gone, for whoever can tell it. Call it in the transaction that removes it. */
export const noteMerged = (database: Database, { whatsapp, left, stays }: MergedMapping): void =>
  openSession(database, connection).set([{ type: whatsapp, id: left, value: stays }])

/** Those that are gone, of which nobody was told: each is handed out once. Call it in a transaction. */
export const takeMerged = (database: Database): MergedMapping[] => {
  const gone = database.all<MergedMapping>(
    'SELECT type AS whatsapp, id AS left, unseal(value) AS stays FROM sessions WHERE connection = ? ORDER BY seq',
    connection,
  )
  if (gone.length > 0) openSession(database, connection).clear()
  return gone
}
