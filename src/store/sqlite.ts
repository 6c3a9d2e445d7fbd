/** The one door to better-sqlite3: from source it finds its addon in its package, in the single file we hand it over. */
import { dirname, resolve } from 'node:path'
import { getAssetKeys, getRawAsset, isSea } from 'node:sea'
import Sqlite from 'better-sqlite3'
import { loadAddon } from './addon.ts'
import { refuseOtherKinds } from './data-folder.ts'

export type { Sqlite }

/**
 * Opens a SQLite file, whose folder must be there. `timeout`: how long a statement waits for another process, in
 * milliseconds.
 *
 * What a large statement needs for a while stands beside it, in a file without a name: in memory, a `VACUUM`, or an update of
 * all rows, would take as much again as the whole file. SQLite would put it into /var/tmp or /tmp: that may be full, or read-only
 * as the root of a container is, and is no place for what people write.
 */
export const openSqlite = (
  path: string,
  options: { readonly timeout: number; readonly readonly?: boolean },
): Sqlite.Database => {
  refuseOtherKinds(path)
  const folder = resolve(dirname(path))
  const sqlite = new Sqlite(path, { ...options, ...(isSea() ? handOver(folder) : {}) })
  try {
    // For all that this process has open. Where the folder goes, SQLite looks for another one by itself.
    sqlite.pragma(`temp_store_directory = '${folder.replaceAll("'", "''")}'`)
  } catch {
    // Nothing can be written there, and so nothing large is done.
    sqlite.pragma('temp_store = MEMORY')
  }
  return sqlite
}

let carried: object | undefined

/** The option takes a loaded addon, too, which its type does not say yet; hence an `object`. */
const handOver = (folder: string): object => {
  carried ??= loadAddon(findAddon(), folder)
  return { nativeBinding: carried }
}

/** `scripts/build/pack.ts` puts it in. */
const findAddon = () => {
  const name = getAssetKeys().find(key => key.endsWith('.node'))
  if (name === undefined) throw new Error('This file was built without the SQLite addon')
  return { name, bytes: new Uint8Array(getRawAsset(name)) }
}
