import { existsSync } from 'node:fs'
import { refuseNetworkDrive } from './data-folder.ts'
import { LockedError, takeLock, updating } from './lock.ts'
import { isOutdated } from './migrations/index.ts'
import { openSqlite } from './sqlite.ts'
import { openStore, type Store, type StoreOptions, storePath } from './store.ts'
import { StoreError } from './store-error.ts'

/**
 * Opens the store of a data folder for a command that may go on beside a bridge. Where an earlier version has made it, it is
 * brought up to date only while nobody else works with it: a bridge of that version would not start again with it. Throws
 * `StoreError`.
 */
export const openBeside = async (dataDir: string, options: StoreOptions): Promise<Store> => {
  const path = storePath(dataDir)
  if (!needsUpdate(path)) return openStore(path, options)
  try {
    await using _lock = await takeLock(dataDir, updating)
    return openStore(path, options)
  } catch (error) {
    if (!(error instanceof LockedError)) throw error
    throw new StoreError(
      `"${dataDir}" is in use by an older wa2tg. Stop the bridge and start it anew with this version, which brings the data up to date`,
      { cause: error },
    )
  }
}

const needsUpdate = (path: string): boolean => {
  if (!existsSync(path)) return false
  refuseNetworkDrive(path)
  const sqlite = openSqlite(path, { timeout: 5000 })
  try {
    return isOutdated(sqlite)
  } catch {
    // Whatever is wrong with it, who opens it as a store says.
    return false
  } finally {
    sqlite.close()
  }
}
