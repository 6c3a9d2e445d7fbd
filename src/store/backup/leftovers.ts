import { closeSync, existsSync, lstatSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { storePath } from '../data-folder.ts'
import { isAlive } from '../lock.ts'
import { openSqlite } from '../sqlite.ts'
import { isBusy } from '../store-error.ts'

/** What the folder is called in which a backup of this process copies the database; six letters follow. */
export const copyFolder = `.copy-${process.pid}-`
/** And that in which a restore makes one ready. */
export const workshop = 'restoring'

/** Longer than it takes to copy a database, in milliseconds. */
const longEnough = 3_600_000
/** Longer than whoever makes something writes nothing into it, in milliseconds. */
const quiet = 60_000
/** Stands in the folder of a copy that is being made. */
const lockFile = 'lock.db'

/**
 * Removes the copies of the database, with all that is secret, which commands that were killed have left beside it;
 * nothing else that somebody may keep there. Of backups, which hold no lock, those stay that may be at work, and of a restore
 * what says that it was cut off (`cut-off.ts`). What cannot be removed stays, too: nothing fails for it.
 */
export const clearLeftovers = (
  dataDir: string,
  { now = Date.now(), holdsLock = false }: { readonly now?: number; readonly holdsLock?: boolean } = {},
): void => {
  for (const name of foldersIn(dataDir)) {
    const folder = join(dataDir, name)
    try {
      const isLeft =
        name === workshop ? holdsLock && existsSync(storePath(dataDir)) : isLeftCopy(folder, name, now)
      if (isLeft) rmSync(folder, { recursive: true, force: true })
    } catch {
      // Somebody else's, or just gone.
    }
  }
}

const foldersIn = (dataDir: string): string[] => {
  try {
    return readdirSync(dataDir, { withFileTypes: true })
      .filter(each => each.isDirectory())
      .map(({ name }) => name)
  } catch {
    return []
  }
}

const isLeftCopy = (folder: string, name: string, now: number): boolean => {
  const pid = /^\.copy-(\d+)-[A-Za-z0-9]{6}$/.exec(name)?.[1]
  if (pid === undefined) return false
  const lock = join(folder, lockFile)
  return existsSync(lock) ? !isHeld(lock) : isLeftBehind(folder, Number(pid), now)
}

/**
 * Says of a folder that it is worked in, until disposed. The lock is the system's: it goes with the process, however
 * that ends, and holds also for a container that shares the folder, but not the numbers of processes. It has its name only
 * when it is held: who finds it free removes the folder.
 */
export const holdFolder = (folder: string): Disposable => {
  const path = join(folder, lockFile)
  closeSync(openSync(`${path}.new`, 'wx', 0o600))
  const lock = openSqlite(`${path}.new`, { timeout: 0 })
  lock.exec('BEGIN EXCLUSIVE')
  renameSync(`${path}.new`, path)
  return { [Symbol.dispose]: () => lock.close() }
}

const isHeld = (path: string): boolean => {
  const lock = openSqlite(path, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    lock.close()
  }
}

/**
 * Whether what the process with that number was making is made no more. In containers the number says little: every process
 * may have the same one, and one that is alive may not be seen. So what was written to just now stays, and what is old goes.
 */
export const isLeftBehind = (path: string, pid: number, now = Date.now()): boolean => {
  const age = now - lstatSync(path).mtimeMs
  return age > longEnough || (age > quiet && !isAlive(pid))
}
