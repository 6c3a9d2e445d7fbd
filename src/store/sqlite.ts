/** The one door to better-sqlite3: from source it finds its addon in its package, in the single file we hand it over. */
import { dirname } from 'node:path'
import { getAssetKeys, getRawAsset, isSea } from 'node:sea'
import Sqlite from 'better-sqlite3'
import { loadAddon } from './addon.ts'

export type { Sqlite }

/**
 * Opens a SQLite file, whose folder must be there. `timeout`: how long a statement waits for another process, in
 * milliseconds.
 *
 * What a large statement needs for a while stays in memory. SQLite would put it into /var/tmp or /tmp: that may be full, or
 * read-only as the root of a container is, and is no place for what people write.
 */
export const openSqlite = (
  path: string,
  options: { readonly timeout: number; readonly readonly?: boolean },
): Sqlite.Database => {
  const sqlite = new Sqlite(path, { ...options, ...(isSea() ? handOver(dirname(path)) : {}) })
  sqlite.pragma('temp_store = MEMORY')
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
