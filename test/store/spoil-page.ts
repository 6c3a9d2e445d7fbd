import { closeSync, openSync, writeSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { eventually } from '../simulators/eventually.ts'

/** Overwrites the first page of a table or index in a database that others have open, and makes them read it anew. */
export const spoilPage = async (path: string, name: string): Promise<void> => {
  const sqlite = new Sqlite(path)
  try {
    await eventually(
      () => sqlite.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0,
      'a moment when nobody reads',
    )
    const root = sqlite.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').pluck().get(name)
    // A commit of another process is what makes them forget the pages that they know.
    sqlite.exec(
      'UPDATE aliases SET ref = ref || ref; UPDATE aliases SET ref = substr(ref, 1, length(ref) / 2)',
    )
    const page = Number(sqlite.pragma('page_size', { simple: true }))
    const file = openSync(path, 'r+')
    writeSync(file, Buffer.alloc(page, 0x5a), 0, page, (Number(root) - 1) * page)
    closeSync(file)
  } finally {
    sqlite.close()
  }
}
