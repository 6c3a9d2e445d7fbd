import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, realpath, rename, rm, stat, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { findDamage } from '../check.ts'
import { flushFolder, prepareDataFolder, refuseOtherKinds } from '../data-folder.ts'
import { applicationId, migrate, migrations } from '../migrations/index.ts'
import { noteRestore } from '../restored.ts'
import { sealedWith } from '../seal.ts'
import { openSqlite, type Sqlite } from '../sqlite.ts'
import { explainFailure } from '../store-error.ts'
import { BackupError, explainFile } from './backup-error.ts'
import { decrypt, isContainer } from './container.ts'
import { workshop } from './leftovers.ts'
import { copyAll, writeNewFile } from './new-file.ts'

export interface RestoreOptions {
  /** Asked for when the backup is encrypted. */
  passphrase(): Promise<string>
  /** Whether a database that is there may be replaced, also when there is something in it. */
  readonly force: boolean
  readonly now?: number
}

export interface Restored {
  /** When the backup was made, milliseconds since 1970. */
  readonly madeAt: number
  /** The folder that holds what was there before, if there was anything. */
  readonly replaced?: string
  /** Deliveries to Telegram that are to be looked for before they are made. */
  readonly inDoubt: number
  /** The name of the key (`keyIdOf`) that it needs; absent where it is not sealed. */
  readonly sealedWith?: string
}

/**
 * Puts a backup in the place of the database at `path`. Nothing there is touched until the backup has been decrypted, read
 * whole and brought up to date. The caller holds the lock. Throws `BackupError`, or `StoreError` when the disk is the cause.
 */
export const restoreBackup = async (
  file: string,
  path: string,
  { passphrase, force, now = Date.now() }: RestoreOptions,
): Promise<Restored> => {
  const source = await openBackup(file)
  const bench = join(dirname(path), workshop)
  try {
    refuseOtherKinds(path)
    if (!force && existsSync(path) && !holdsNothing(path)) {
      throw new BackupError(`"${path}" exists. To replace it (it is kept aside), add --force`)
    }
    prepareDataFolder(dirname(path))
    await rm(bench, { recursive: true, force: true })
    await mkdir(bench, { mode: 0o700 })
    const ready = join(bench, basename(path))
    const madeAt = await unpack({ source, file }, ready, passphrase)
    const found = prepare(ready)
    const replaced = await putAside(path, now)
    await rename(ready, path)
    flushFolder(dirname(path))
    return { madeAt, ...found, ...(replaced !== undefined && { replaced }) }
  } catch (error) {
    throw explainFailure(error, path)
  } finally {
    await source.close()
    await rm(bench, { recursive: true, force: true })
  }
}

const openBackup = async (file: string): Promise<FileHandle> => {
  try {
    // Asked before it is opened: a pipe waits there for whoever writes into it, and cannot be read from two places.
    if ((await stat(file)).isFile()) return await open(file, 'r')
  } catch (error) {
    throw explainFile(error, file, 'read')
  }
  throw new BackupError(`"${file}" is a folder, pipe or device. Name the file that wa2tg backup wrote`)
}

/** Any command makes a database. One that was never linked or used is nothing to ask about; one that cannot be read is. */
const holdsNothing = (path: string): boolean => {
  let sqlite: Sqlite.Database | undefined
  try {
    sqlite = openSqlite(path, { timeout: 5000, readonly: true })
    const used = ['sessions', 'mappings', 'messages', 'jobs'].map(table => `EXISTS (SELECT 1 FROM ${table})`)
    return (
      sqlite
        .prepare(`SELECT ${used.join(' OR ')}`)
        .pluck()
        .get() === 0
    )
  } catch {
    return false
  } finally {
    sqlite?.close()
  }
}

/**
 * Writes the database in a backup into a new file; returns when the backup was made. What a restore or a start has put
 * aside is one, too, and its last commits may stand in a log beside it.
 */
const unpack = async (
  { source, file }: { readonly source: FileHandle; readonly file: string },
  target: string,
  passphrase: () => Promise<string>,
): Promise<number> => {
  const start = Buffer.alloc(16)
  await source.read(start, 0, start.length, 0)
  let madeAt = (await source.stat()).mtimeMs
  if (isContainer(start)) {
    const words = await passphrase()
    await writeNewFile(target, async copy => {
      madeAt = await decrypt(source, copy, words)
    })
  } else if (start.toString('latin1') === 'SQLite format 3\0') {
    await writeNewFile(target, copy => copyAll(source, copy))
    const path = await realpath(file)
    for (const end of logsOf(path))
      madeAt = Math.max(madeAt, await copyFile(`${path}${end}`, `${target}${end}`))
  } else {
    throw noBackup()
  }
  return madeAt
}

const noBackup = (): BackupError => new BackupError('The file is no backup of wa2tg')

/**
 * Sees that a database is whole and ours, brings it up to date, and puts every delivery in it in doubt: the bridge may
 * have made it after the backup, and has to look before it sends. Returns how many there are to Telegram: towards
 * WhatsApp the same id is the same message.
 */
const prepare = (path: string): Pick<Restored, 'inDoubt' | 'sealedWith'> => {
  const damage = findDamage(path)
  if (damage !== undefined) throw new BackupError(`The backup is damaged (${damage}); nothing was changed`)
  const sqlite = openSqlite(path, { timeout: 5000 })
  try {
    // What is written here must stand in the one file that is moved: a log would stay behind.
    sqlite.pragma('journal_mode = DELETE')
    if (sqlite.pragma('application_id', { simple: true }) !== applicationId) throw noBackup()
    if (Number(sqlite.pragma('user_version', { simple: true })) > migrations.length) {
      throw new BackupError('The backup was made by a newer wa2tg; update wa2tg')
    }
    migrate(sqlite, path)
    // Of what was in no doubt then nothing was there: the word of an earlier attempt is older than what may be.
    sqlite.exec(`UPDATE jobs SET mark = NULL WHERE state = 'pending' AND unsure = 0;
                 UPDATE jobs SET unsure = 1, restored = 1 WHERE state <> 'failed'`)
    noteRestore(sqlite)
    const inDoubt =
      "SELECT count(*) FROM jobs WHERE unsure = 1 AND state <> 'failed' AND target GLOB 'telegram:*'"
    const key = sealedWith(sqlite)
    return {
      inDoubt: Number(sqlite.prepare(inDoubt).pluck().get()),
      ...(key !== undefined && { sealedWith: key }),
    }
  } finally {
    sqlite.close()
  }
}

/** Moves what is there, with the log that belongs to it, into a folder of its own; returns that folder. */
const putAside = async (path: string, now: number): Promise<string | undefined> => {
  const logs = logsOf(path)
  await rm(`${path}-shm`, { force: true })
  if (logs.length === 0 && !existsSync(path)) return undefined
  const folder = join(dirname(path), `replaced-${new Date(now).toISOString().replaceAll(/\W/g, '')}`)
  const aside = join(folder, basename(path))
  await mkdir(folder, { mode: 0o700 })
  // A log goes last and is there before: whenever a kill comes, the database has its log beside it.
  for (const end of logs) await copyFile(`${path}${end}`, `${aside}${end}`)
  if (existsSync(path)) await rename(path, aside)
  for (const end of logs) await rm(`${path}${end}`)
  return folder
}

/** How the names of the logs end that stand beside a database: what was committed may stand in one alone. */
const logsOf = (path: string): string[] => ['-wal', '-journal'].filter(end => existsSync(`${path}${end}`))

/** As old as what it is a copy of; returns when that was last written, in milliseconds since 1970. */
const copyFile = async (from: string, to: string): Promise<number> => {
  await using source = await open(from, 'r')
  const { atime, mtime } = await source.stat()
  await writeNewFile(to, target => copyAll(source, target))
  await utimes(to, atime, mtime)
  return mtime.getTime()
}
