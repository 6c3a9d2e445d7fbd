import type { Sqlite } from '../sqlite.ts'
import { StoreError } from '../store-error.ts'
import { initial } from './0001-initial.ts'
import { changes } from './0002-changes.ts'
import { seal } from './0003-seal.ts'
import { deadlines } from './0004-deadlines.ts'
import { clock } from './0005-clock.ts'
import { keeps } from './0006-keeps.ts'
import { sending } from './0007-sending.ts'
import { restored } from './0008-restored.ts'
import { frame } from './0009-frame.ts'
import { pages } from './0010-pages.ts'
import { edits } from './0011-edits.ts'
import { since } from './0012-since.ts'
import { ownFailures } from './0013-own-failures.ts'
import { inDoubt } from './0014-in-doubt.ts'

/** In order; a migration that has been released is never changed, only followed by another. */
export const migrations: readonly string[] = [
  initial,
  changes,
  seal,
  deadlines,
  clock,
  keeps,
  sending,
  restored,
  frame,
  pages,
  edits,
  since,
  ownFailures,
  inDoubt,
]

/** Marks the file as ours ("wa2t"), so that somebody else's database is refused instead of filled with our tables. */
export const applicationId = 0x77_61_32_74

/** Brings the schema up to date in one transaction. Throws `StoreError` for a newer schema and for a foreign file. */
export const migrate = (sqlite: Sqlite.Database, path: string): void => {
  if (versionOf(sqlite) === migrations.length && isOurs(sqlite)) return
  const apply = sqlite.transaction(() => {
    const version = versionOf(sqlite)
    if (version > 0 ? !isOurs(sqlite) : hasTables(sqlite)) {
      throw new StoreError(
        `"${path}" is a database of another program. Move it away, or start with another --data-dir`,
      )
    }
    if (version > migrations.length) {
      throw new StoreError(
        `"${path}" was written by a newer wa2tg (schema ${version}, this one knows ${migrations.length}). Update wa2tg, or start with another --data-dir`,
      )
    }
    for (const sql of migrations.slice(version)) sqlite.exec(sql)
    sqlite.pragma(`application_id = ${applicationId}`)
    sqlite.pragma(`user_version = ${migrations.length}`)
  })
  apply.immediate()
}

/** Whether it is of an earlier version than this. */
export const isOutdated = (sqlite: Sqlite.Database): boolean =>
  isOurs(sqlite) && versionOf(sqlite) < migrations.length

const versionOf = (sqlite: Sqlite.Database): number => Number(sqlite.pragma('user_version', { simple: true }))

const isOurs = (sqlite: Sqlite.Database): boolean =>
  sqlite.pragma('application_id', { simple: true }) === applicationId

const hasTables = (sqlite: Sqlite.Database): boolean =>
  sqlite.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() !== undefined
