import { putBack } from '../bridge/put-back.ts'
import type { Sqlite } from './sqlite.ts'

/** Writes down, for each network, that these data are those of a backup. */
export const noteRestore = (sqlite: Sqlite.Database): void => {
  const note = sqlite.prepare(
    'INSERT OR REPLACE INTO sessions (connection, type, id, value) VALUES (?, ?, ?, ?)',
  )
  for (const connection of ['baileys', 'telegram']) note.run(connection, putBack.type, putBack.id, 'yes')
}
