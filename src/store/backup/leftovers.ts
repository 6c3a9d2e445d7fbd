import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive } from '../lock.ts'

/** What the folder is called in which a backup of this process copies the database; six letters follow. */
export const copyFolder = `.copy-${process.pid}-`
/** And that in which a restore makes one ready. */
export const workshop = 'restoring'

/** Longer than it takes to copy a database, in milliseconds. */
const longEnough = 3_600_000

/**
 * Removes the copies of the database, with all that is secret, which commands that were killed have left beside it; nothing else
 * that somebody may keep there. Of backups, which hold no lock, those stay that may be at work. What cannot be removed stays, too:
 * nothing fails for it.
 */
export const clearLeftovers = (
  dataDir: string,
  { now = Date.now(), holdsLock = false }: { readonly now?: number; readonly holdsLock?: boolean } = {},
): void => {
  for (const name of foldersIn(dataDir)) {
    const folder = join(dataDir, name)
    try {
      const isLeft = name === workshop ? holdsLock : isLeftCopy(folder, name, now)
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
  return pid !== undefined && isLeftBehind(folder, Number(pid), now)
}

/**
 * Whether what the process with that number was making is made no more. In a container every process may have the same
 * number: what is old was left behind, whoever is alive.
 */
export const isLeftBehind = (path: string, pid: number, now = Date.now()): boolean =>
  !isAlive(pid) || lstatSync(path).mtimeMs < now - longEnough
