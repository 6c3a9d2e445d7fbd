import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { Sqlite } from './sqlite.ts'
import { StoreError } from './store-error.ts'

/**
 * Secrets at rest: Signal keys, credentials and what the journal holds (`sessions`), and what people write (`jobs`,
 * `messages`, `reactions`), which a server may quote in what it answers. Refs, ids, names and times are not sealed:
 * they are what the database searches.
 */
const secrets = [
  ['sessions', 'value'],
  ['jobs', 'event'],
  ['jobs', 'frame'],
  ['jobs', 'problem'],
  ['messages', 'raw'],
  ['messages', 'content'],
  ['reactions', 'emoji'],
] as const

/** Of those, what was not sealed at first: servers' answers, and reactions, which may be any text. */
const latecomers = [
  ['jobs', 'problem'],
  ['reactions', 'emoji'],
] as const

const columns: readonly string[] = [...new Set(secrets.map(([, column]) => column))]

/** Stands before a sealed value; behind it, in base64: nonce (12 bytes), what AES-256-GCM made of the value, tag (16). */
const prefix = 'sealed1:'

export interface SealOptions {
  /** 32 bytes. */
  readonly key?: Buffer
  /** Seals what stands there unsealed. The caller holds the lock: nobody else may write meanwhile. */
  readonly sealAll?: boolean
  /** What stood there unsealed is sealed now. */
  readonly onSealed?: () => void
}

/** Opens the sealed columns of a row that was read, in place. */
export type OpenRow = (row: unknown) => void

/**
 * Sees that the key is the one that the database is sealed with, and teaches SQL two functions: `seal(value)`, through
 * which every secret goes on its way in, so that it never stands on a page of the file, and `unseal(value)`. Without a
 * key both return what they are given. Throws `StoreError` for a key that is missing or another one.
 */
export const openSeal = (
  sqlite: Sqlite.Database,
  path: string,
  { key, sealAll = false, onSealed }: SealOptions,
): OpenRow => {
  const id = key && keyIdOf(key)
  const sealed = checkKey(sqlite, path, id)
  const active = sealed || sealAll ? key : undefined
  sqlite.function('seal', value => (active && typeof value === 'string' ? seal(value, active) : value))
  sqlite.function('unseal', value => (active && typeof value === 'string' ? unseal(value, active) : value))
  if (active === undefined) return () => undefined
  if (!sealed) rewrite(sqlite, 'seal', ['INSERT INTO seal (one, key, swept) VALUES (1, ?, 0)', id])
  else if (sealAll) sealLatecomers(sqlite)
  if (sealAll) sweep(sqlite)
  if (!sealed) onSealed?.()
  return row => openRow(row, active)
}

/** Writes every secret as it is; the database needs no key any more. The caller holds the lock. */
export const removeSeal = (sqlite: Sqlite.Database): void => rewrite(sqlite, 'unseal', ['DELETE FROM seal'])

const withoutKey = 'move the file away and link anew (wa2tg login)'

/** Names a key without telling anything about it. */
export const keyIdOf = (key: Buffer): string =>
  createHash('sha256').update('wa2tg key id').update(key).digest('hex').slice(0, 16)

/** The name of the key that a database is sealed with; undefined where it is not. */
export const sealedWith = (sqlite: Sqlite.Database): string | undefined => {
  const row: unknown = sqlite.prepare('SELECT key FROM seal').get()
  return typeof row === 'object' && row !== null && 'key' in row ? String(row.key) : undefined
}

const checkKey = (sqlite: Sqlite.Database, path: string, id: string | undefined): boolean => {
  const needed = sealedWith(sqlite)
  if (needed === undefined) return false
  if (id === undefined) {
    throw new StoreError(
      `"${path}" is sealed with the key ${needed}, and there is no key. Set storage.key_file, or WA2TG_KEY, or start it where the key is (a credential of systemd is in its unit alone); where the key is lost, ${withoutKey}`,
    )
  }
  if (id !== needed) {
    throw new StoreError(
      `"${path}" is sealed with the key ${needed}, and the one that is set is ${id}. Set the right one; where it is lost, ${withoutKey}`,
    )
  }
  return true
}

/** All secrets at once, or none. */
const rewrite = (
  sqlite: Sqlite.Database,
  how: 'seal' | 'unseal',
  [sql, ...values]: readonly [string, ...(string | undefined)[]],
): void =>
  sqlite
    .transaction(() => {
      for (const [table, column] of secrets) sqlite.exec(`UPDATE ${table} SET ${column} = ${how}(${column})`)
      sqlite.prepare(sql).run(...values)
    })
    .immediate()

/** What an earlier version left unsealed in a database that is sealed. */
const sealLatecomers = (sqlite: Sqlite.Database): void =>
  sqlite
    .transaction(() => {
      const found = latecomers.map(
        ([table, column]) =>
          sqlite
            .prepare(`UPDATE ${table} SET ${column} = seal(${column}) WHERE ${column} NOT GLOB '${prefix}*'`)
            .run().changes,
      )
      if (found.some(changes => changes > 0)) sqlite.exec('UPDATE seal SET swept = 0')
    })
    .immediate()

/** What stood there unsealed is still on pages that are free now, and in the log: the file is written anew, once. */
const sweep = (sqlite: Sqlite.Database): void => {
  if (sqlite.prepare('SELECT 1 FROM seal WHERE swept = 1').get() !== undefined) return
  sqlite.exec('VACUUM')
  // Somebody who reads at this moment keeps the log: then at the next start.
  const isBusy = sqlite.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) !== 0
  if (!isBusy) sqlite.exec('UPDATE seal SET swept = 1')
}

const seal = (value: string, key: Buffer): string => {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return (
    prefix +
    Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
      'base64',
    )
  )
}

/** A value that was damaged comes back as it is, and is met as a plain one that was damaged would be. */
const unseal = (value: string, key: Buffer): string => {
  if (!value.startsWith(prefix)) return value
  const bytes = Buffer.from(value.slice(prefix.length), 'base64')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAuthTag(
      bytes.subarray(-16),
    )
    return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    return value
  }
}

const openRow = (row: unknown, key: Buffer): void => {
  if (typeof row !== 'object' || row === null) return
  for (const column of columns) {
    const value: unknown = Reflect.get(row, column)
    if (typeof value === 'string') Reflect.set(row, column, unseal(value, key))
  }
}
