/**
 * For the single file alone: the system loads an addon from a file only, so the one that we carry is written beside the
 * data, once. Whoever could change that file could run code as us; so it lies in a folder that nobody else can write to,
 * and is compared with what we carry before each use.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { StoreError } from './store-error.ts'

/** An addon as the single file carries it. */
export interface CarriedAddon {
  /** A file name that holds the hash of the bytes, so that two versions do not fight over one file. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** Loads the addon from `folder`, where it is written if it is missing or not the one we carry. Throws `StoreError`. */
export const loadAddon = ({ name, bytes }: CarriedAddon, folder: string): object => {
  checkFolder(folder)
  const file = join(folder, name)
  if (!isGenuine(file, bytes)) write(file, bytes)
  const loaded = { exports: {} }
  try {
    process.dlopen(loaded, file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError(
      `SQLite cannot be loaded (${reason}). If that disk is mounted "noexec", use a --data-dir on another`,
      { cause },
    )
  }
  return loaded.exports
}

const checkFolder = (folder: string): void => {
  const stats = statSync(folder)
  if (isMine(stats)) return
  throw new StoreError(
    stats.uid === process.geteuid?.()
      ? `Other users can write to "${folder}", where the program keeps a part of itself. Type: chmod go-w "${folder}"; where that changes nothing (exFAT, NTFS), mount that disk with umask=077, or use another --data-dir`
      : `"${folder}" belongs to another user, and the program keeps a part of itself there. Use a --data-dir of your own`,
  )
}

/** Ours, and nobody else may write to it. Windows keeps a user's folders from others by itself, and has no modes. */
const isMine = ({ uid, mode }: Stats): boolean =>
  process.platform === 'win32' || (uid === process.geteuid?.() && (mode & 0o022) === 0)

const isGenuine = (file: string, bytes: Uint8Array): boolean => {
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    return isMine(fstatSync(descriptor)) && readFileSync(descriptor).equals(bytes)
  } catch {
    // Missing, a link, or not readable: it is written anew, and an error that stays shows then.
    return false
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** Whole or not at all, also when two processes start at once: both write the same under the same name. */
const write = (file: string, bytes: Uint8Array): void => {
  const draft = `${file}.${process.pid}.${Date.now()}`
  try {
    writeFileSync(draft, bytes, { flag: 'wx', mode: 0o600 })
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}
