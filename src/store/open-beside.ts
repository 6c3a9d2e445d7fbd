import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { refuseNetworkDrive, storePath } from './data-folder.ts'
import { LockedError, takeLock, updating, whereIs } from './lock.ts'
import { isOutdated } from './migrations/index.ts'
import { openSqlite, type Sqlite } from './sqlite.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'
import { StoreError } from './store-error.ts'

/** How long a bridge that has just been started may read its data before it brings them up to date, in milliseconds. */
const patienceMs = 5000

/**
 * Opens the store of a data folder for a command that may go on beside a bridge. Where an earlier version has made it, it is
 * brought up to date only while nobody else works with it: a bridge of that version would not start again with it. Throws
 * `StoreError`, or `LockedError` where it is no bridge that works with it.
 */
export const openBeside = async (dataDir: string, options: StoreOptions): Promise<Store> => {
  const path = storePath(dataDir)
  for (const end = performance.now() + patienceMs; ; await sleep(200)) {
    const isLast = performance.now() > end
    if (!needsUpdate(path)) return openStore(path, options)
    try {
      await using _lock = await takeLock(dataDir, updating)
      return openStore(path, options)
    } catch (error) {
      if (!(error instanceof LockedError)) throw error
      if (isLast) throw explain(error, dataDir)
    }
  }
}

const explain = (error: LockedError, dataDir: string): Error =>
  error.holder?.command === 'run'
    ? new StoreError(
        `"${dataDir}" is in use by an older wa2tg (${whereIs(error.holder)}). Stop the bridge and start it anew with this version, which brings the data up to date`,
        { cause: error },
      )
    : error

const needsUpdate = (path: string): boolean => {
  if (!existsSync(path)) return false
  refuseNetworkDrive(path)
  let sqlite: Sqlite.Database | undefined
  try {
    sqlite = openSqlite(path, { timeout: 5000 })
    return isOutdated(sqlite)
  } catch {
    // Whatever is wrong with it, who opens it as a store says.
    return false
  } finally {
    sqlite?.close()
  }
}
