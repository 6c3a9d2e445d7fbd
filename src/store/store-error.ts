import { closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { StoreError } from '../bridge/store-error.ts'

export { StoreError }

/** What to do about a damaged database, whoever finds it. */
export const remedyOfDamage =
  'Put the last backup back (wa2tg restore FILE --force), or move it away and link anew'

export const codeOf = (error: unknown): string => {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return ''
  // Node has no name for it (libuv, `UV_ERRNO_MAP`).
  const isQuota = 'errno' in error && error.errno === -constants.errno.EDQUOT
  return isQuota ? 'EDQUOT' : error.code
}

/** Whether somebody else holds the file. */
export const isBusy = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY')

/** Whether SQLite says that the bytes of the file are wrong, not that they cannot be read or written. Of one kind it has words alone. */
export const isDamage = (error: unknown): boolean =>
  /^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(error)) ||
  (error instanceof Error && error.message === 'unsupported file format')

/**
 * Turns what SQLite and the file system say about a file into a `StoreError`, where it is about the disk and not
 * about our SQL. Anything else comes back as it is. Codes: https://www.sqlite.org/rescode.html
 */
export const explainFailure = (error: unknown, path: string): unknown => {
  if (error instanceof StoreError) return error
  const code = causeOf(error, path)
  const problem = problems.find(([pattern]) => pattern.test(code))
  return problem ? new StoreError(problem[1](path), { cause: error }) : error
}

/** The code where it says enough, and else what the disk says when it is asked. */
const causeOf = (error: unknown, path: string): string => {
  if (isDamage(error)) return isReadable(path) ? 'SQLITE_CORRUPT' : 'EIO'
  const code = codeOf(error)
  return /^SQLITE_IOERR_(WRITE|FSYNC|SHMSIZE)/.test(code) && isOverQuota(path) ? 'EDQUOT' : code
}

/** Whether what one may store there is used up. For a full disk alone SQLite has a code of its own (`unixWrite` in os_unix.c). */
const isOverQuota = (path: string): boolean => {
  const trial = `${path}-trial.${process.pid}`
  try {
    try {
      writeFileSync(trial, Buffer.alloc(1 << 16), { flag: 'wx', mode: 0o600 })
    } finally {
      rmSync(trial, { force: true })
    }
    return false
  } catch (failure) {
    return codeOf(failure) === 'EDQUOT'
  }
}

/**
 * Whether all bytes of a file can be had. SQLite calls it damage where they cannot (`SQLITE_IOERR_CORRUPTFS` becomes
 * `SQLITE_CORRUPT` in vdbe.c): behind a stick that was pulled, whose file is whole when it is back.
 */
export const isReadable = (path: string): boolean => {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const piece = Buffer.alloc(1 << 20)
    while (readSync(file, piece) > 0);
    return true
  } catch (error) {
    return codeOf(error) !== 'EIO'
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

const problems: readonly (readonly [RegExp, (path: string) => string])[] = [
  [/^SQLITE_NOTADB|^SQLITE_CORRUPT/, path => `"${path}" is damaged, or no wa2tg database. ${remedyOfDamage}`],
  [
    // SHMSIZE: the shared memory beside the log is a file too, and could not grow. EFBIG: a limit on the size of files.
    /^SQLITE_FULL|^SQLITE_IOERR_SHMSIZE|^ENOSPC|^EFBIG/,
    path => `The disk that holds "${path}" is full. Make room and start again`,
  ],
  [
    /^EDQUOT/,
    path => `Your quota on the disk that holds "${path}" is used up. Make room there and start again`,
  ],
  [
    /^SQLITE_READONLY|^EROFS/,
    path => `"${path}" cannot be written. Make the disk and the file writable, or use another --data-dir`,
  ],
  [
    /^SQLITE_CANTOPEN|^SQLITE_PERM|^SQLITE_AUTH|^EACCES|^EPERM|^ENOTDIR|^EISDIR|^ENOENT|^EEXIST|^ELOOP|^ENAMETOOLONG/,
    path =>
      `"${path}" cannot be opened. Check that the folder exists and is yours, or use another --data-dir`,
  ],
  [/^SQLITE_IOERR|^EIO/, path => `The disk that holds "${path}" fails. Check the disk and its cables`],
  [
    /^SQLITE_BUSY|^SQLITE_LOCKED/,
    path => `"${path}" is held by another program for too long. Stop that program and start again`,
  ],
]
