import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What the folder is called in which a backup copies the database; some letters follow. */
export const copyFolder = 'backup-'
/** And that in which a restore makes one ready. */
export const workshop = 'restoring'

/** Longer than it takes to copy a database, in milliseconds. */
const longEnough = 3_600_000

/**
 * Removes the copies of the database, with all that is secret, which commands that were killed have left beside it. Of backups,
 * which hold no lock, those of the last hour stay: one may be at work.
 */
export const clearLeftovers = (
  dataDir: string,
  { now = Date.now(), holdsLock = false }: { readonly now?: number; readonly holdsLock?: boolean } = {},
): void => {
  for (const name of readdirSync(dataDir)) {
    const folder = join(dataDir, name)
    const isLeft = name === workshop ? holdsLock : name.startsWith(copyFolder) && isOld(folder, now)
    if (isLeft) rmSync(folder, { recursive: true, force: true })
  }
}

const isOld = (folder: string, now: number): boolean => {
  const changed = statSync(folder, { throwIfNoEntry: false })?.mtimeMs
  return changed !== undefined && changed < now - longEnough
}
