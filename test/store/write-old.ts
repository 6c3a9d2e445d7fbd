import Sqlite from 'better-sqlite3'
import { applicationId, migrations } from '../../src/store/migrations/index.ts'

/** A database as the release with this schema left it, with something in it; version 0 is none at all. */
export const writeOld = (path: string, version: number): void => {
  if (version === 0) return
  const sqlite = new Sqlite(path)
  for (const sql of migrations.slice(0, version)) sqlite.exec(sql)
  sqlite.pragma(`application_id = ${applicationId}`)
  sqlite.pragma(`user_version = ${version}`)
  sqlite.pragma('journal_mode = WAL')
  sqlite.exec("INSERT INTO sessions (connection, type, id, value) VALUES ('x', 't', 'i', 'kept')")
  sqlite.close()
}
