import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { openSqlite, type Sqlite } from './sqlite.ts'
import { explainFailure, isDamage, isReadable, remedyOfDamage, StoreError } from './store-error.ts'

/**
 * Reads the whole file and throws `StoreError` when it is damaged, after a copy of it has been put aside. The file itself
 * is left as it is, so that every later start says the same.
 *
 * `integrity_check` and not `quick_check`: it alone finds an index that says something else than its table, by which a
 * message would be taken for new or for known. Of 48 MB the one took 47 ms and the other 30 ms; from a cold disk the
 * reading is what takes time (0.7 s), and that is the same for both.
 */
export const checkDatabase = (path: string): void => {
  if (!existsSync(path)) return
  const isEmpty = statSync(path).size === 0
  // An empty file is how a new one begins, but its log comes later.
  if (isEmpty && !(statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0)) return
  const damage = isEmpty ? 'it is empty, but not its log' : findDamage(path)
  if (damage === undefined) return
  throw new StoreError(`"${path}" is damaged (${damage}). ${keepCopy(path)}. ${remedyOfDamage}`)
}

/**
 * What is wrong with the bytes of a database, in SQLite's words. Throws `StoreError` when it cannot be read.
 *
 * Opened for reading only, SQLite writes nothing into the file and leaves the log beside it as it is. What a new file's
 * first transaction left half-way must be undone before anything can be read.
 */
export const findDamage = (path: string): string | undefined => {
  let sqlite: Sqlite.Database | undefined
  try {
    sqlite = openSqlite(path, { readonly: !existsSync(`${path}-journal`), timeout: 5000 })
    const answer = String(sqlite.pragma('integrity_check(1)', { simple: true }))
    return answer === 'ok' ? undefined : answer.replaceAll(/\s+/g, ' ')
  } catch (error) {
    if (isDamage(error) && isReadable(path)) return error instanceof Error ? error.message : String(error)
    throw explainFailure(error, path)
  } finally {
    sqlite?.close()
  }
}

/** One copy for one damage, however often a start is tried; readable by the owner alone. Returns what to say of it. */
const keepCopy = (path: string): string => {
  const when = statSync(path)
    .mtime.toISOString()
    .replaceAll(/[-:]|\..*/g, '')
  const folder = join(dirname(path), `damaged-${when}`)
  const said = `A copy is kept in "${folder}"`
  if (existsSync(folder)) return said
  const unfinished = `${folder}.new`
  try {
    mkdirSync(unfinished, { recursive: true, mode: 0o700 })
    for (const file of [path, `${path}-wal`]) {
      if (!existsSync(file)) continue
      const copy = join(unfinished, basename(file))
      copyFileSync(file, copy, constants.COPYFILE_FICLONE)
      chmodSync(copy, 0o600)
    }
    renameSync(unfinished, folder)
    return said
  } catch {
    rmSync(unfinished, { recursive: true, force: true })
    return 'No copy could be made'
  }
}
