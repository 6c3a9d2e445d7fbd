import { renameSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { storePath } from '../../src/store/index.ts'
import { applicationId, migrations } from '../../src/store/migrations/index.ts'

/**
 * Puts the database of a bridge that does not run back into this schema, the first of which is 1, with what that could hold; into the
 * one that it has, where the bridge died before it brought it up to date.
 */
export const downgrade = (folder: string, wanted: number): void => {
  const path = storePath(join(folder, 'data'))
  const old = `${path}.old`
  // Writes the log back.
  const today = new Sqlite(path)
  const version = Math.min(wanted, Number(today.pragma('user_version', { simple: true })))
  today.close()
  const sqlite = new Sqlite(old)
  for (const sql of migrations.slice(0, version)) sqlite.exec(sql)
  sqlite.pragma(`application_id = ${applicationId}`)
  sqlite.pragma(`user_version = ${version}`)
  sqlite.prepare('ATTACH ? AS today').run(path)
  sqlite.pragma('foreign_keys = OFF')
  const tables = sqlite
    .prepare<[], { name: string }>(
      "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .all()
  for (const { name } of tables) {
    const columns = sqlite
      .prepare<[], { name: string }>(`SELECT name FROM pragma_table_info('${name}', 'main')`)
      .all()
    // `today` has all that an earlier schema had.
    const list = columns.map(column => column.name).join(', ')
    sqlite.exec(`INSERT INTO main.${name} (${list}) SELECT ${list} FROM today.${name}`)
  }
  sqlite.close()
  renameSync(old, path)
}

/** Puts a reaction to the first message into the database of a bridge that does not run, as it stood there before reactions were sealed. */
export const reactPlainly = (folder: string): void => {
  const sqlite = new Sqlite(storePath(join(folder, 'data')))
  sqlite.exec(
    "INSERT OR REPLACE INTO reactions (message, person, emoji, at) SELECT key, 'whatsapp:9@lid', '👍', 1 FROM messages LIMIT 1",
  )
  sqlite.close()
}
