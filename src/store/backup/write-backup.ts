import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { applicationId } from '../migrations/index.ts'
import { openSqlite, type Sqlite } from '../sqlite.ts'
import { explainFailure } from '../store-error.ts'
import { BackupError, explainFile } from './backup-error.ts'
import { encrypt } from './container.ts'
import { refuseCutOff } from './cut-off.ts'
import { clearLeftovers, copyFolder, holdFolder } from './leftovers.ts'
import { copyAll, writeNewFile } from './new-file.ts'

export interface BackupOptions {
  /** Asked for when nothing else is in the way; absent for a plain SQLite file. */
  passphrase?(): Promise<string>
  /** Whether a file of that name may be replaced. */
  readonly force: boolean
  readonly now?: number
}

/**
 * Writes the state of the database at `path` at one moment into `file`, also while a bridge uses it; returns its size in
 * bytes. Throws `BackupError`, or `StoreError` when the disk is the cause.
 *
 * `VACUUM INTO` reads one snapshot in one go. SQLite's backup API would begin again at every commit of the bridge.
 */
export const writeBackup = async (path: string, file: string, options: BackupOptions): Promise<number> => {
  const { passphrase, force, now = Date.now() } = options
  refuseCutOff(path)
  if (!existsSync(path)) throw new BackupError(`There is nothing to back up: "${path}" does not exist`)
  try {
    refusePlace(file, { path, force })
  } catch (error) {
    throw explainFile(error, file, 'written')
  }
  const words = await passphrase?.()
  let copy: Copy | undefined
  try {
    clearLeftovers(dirname(path), { now })
    copy = await copySnapshot(path)
    const { snapshot } = copy
    await writeNewFile(file, async target => {
      if (words === undefined) await copyAll(snapshot, target)
      else await encrypt(snapshot, target, { passphrase: words, now })
    })
    return (await stat(file)).size
  } catch (error) {
    throw copy === undefined ? explainFailure(error, path) : explainFile(error, file, 'written')
  } finally {
    await copy?.[Symbol.asyncDispose]()
  }
}

const refusePlace = (file: string, { path, force }: { path: string; force: boolean }): void => {
  if (file === '-') throw new BackupError('A backup goes into a file, not to stdout. Name the file')
  if (isOurs(file, path)) {
    throw new BackupError(`"${file}" is one of the files that wa2tg works with. Choose another name`)
  }
  // Whoever waits for it at a pipe would get nothing, were it put in the place of that.
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() === false) {
    throw new BackupError(`"${file}" is a folder, link, pipe or device. Choose another name`)
  }
  if (!force && existsSync(file)) {
    throw new BackupError(`"${file}" exists. To replace it, add --force, or choose another name`)
  }
}

/** Whether a file is the database at `path` or what stands beside it for its sake, by whatever name or link. */
const isOurs = (file: string, path: string): boolean =>
  namesOf(file).some(name =>
    namesOf(path).some(
      database =>
        sameFile(name, database) ||
        (dirname(name) === dirname(database) &&
          (basename(name).startsWith(`${basename(database)}-`) || /^lock\.(db|json)/.test(basename(name)))),
    ),
  )

/** Where a file stands, and where that leads to; it need not be there. */
const namesOf = (file: string): string[] => {
  const folder = dirname(resolve(file))
  const name = join(existsSync(folder) ? realpathSync(folder) : folder, basename(file))
  return existsSync(name) ? [name, realpathSync(name)] : [name]
}

/** A second name of a file (a hard link) is that file, and so is one that differs in case where that does not count. */
const sameFile = (one: string, other: string): boolean => {
  const [first, second] = [one, other].map(each => statSync(each, { bigint: true, throwIfNoEntry: false }))
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev
}

interface Copy extends AsyncDisposable {
  readonly snapshot: FileHandle
}

/**
 * A copy of the database that has no name any more when it comes back, so that nothing is left behind. It stands beside
 * the original meanwhile, as private as that one. Where a file that is open keeps its folder (many file systems of FUSE, as those
 * of sticks), that goes with it.
 */
const copySnapshot = async (path: string): Promise<Copy> => {
  // As it is, with the schema of an older release where that is what runs. Opened for reading only, SQLite would leave
  // its side files behind. Opened first of all: beside that the single file keeps its addon, which stays open.
  const sqlite = openSqlite(path, { timeout: 5000 })
  try {
    if (sqlite.pragma('application_id', { simple: true }) !== applicationId) {
      throw new BackupError(`There is nothing to back up: "${path}" is empty, or not of wa2tg`)
    }
    return await copyInto(await mkdtemp(join(dirname(path), copyFolder)), sqlite)
  } finally {
    sqlite.close()
  }
}

const copyInto = async (folder: string, sqlite: Sqlite.Database): Promise<Copy> => {
  const copy = join(folder, 'wa2tg.db')
  // What stays goes with the next start.
  const remove = (maxRetries = 0): Promise<void> =>
    rm(folder, { recursive: true, force: true, maxRetries, retryDelay: 50 }).catch(() => undefined)
  try {
    using _atWork = holdFolder(folder)
    await (await open(copy, 'wx', 0o600)).close()
    sqlite.prepare('VACUUM INTO ?').run(copy)
    const snapshot = await open(copy, 'r')
    await remove()
    return {
      snapshot,
      [Symbol.asyncDispose]: async () => {
        await snapshot.close()
        // A file system of FUSE hears of that a moment later.
        await remove(5)
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
