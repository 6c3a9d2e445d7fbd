import { renameSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { storePath } from '../../src/store/index.ts'
import { applicationId, migrations } from '../../src/store/migrations/index.ts'

/** Puts the database of a bridge that does not run back into the schema of the first release, with what that could hold. */
export const downgrade = (folder: string): void => {
  const path = storePath(join(folder, 'data'))
  const old = `${path}.old`
  // Writes the log back.
  new Sqlite(path).close()
  const sqlite = new Sqlite(old)
  sqlite.exec(migrations[0] ?? '')
  sqlite.pragma(`application_id = ${applicationId}`)
  sqlite.pragma('user_version = 1')
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
    const list = columns.map(column => column.name).join(', ')
    sqlite.exec(`INSERT INTO main.${name} (${list}) SELECT ${list} FROM today.${name}`)
  }
  sqlite.close()
  renameSync(old, path)
}
