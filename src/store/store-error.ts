import { closeSync, openSync, readSync } from 'node:fs'
import { StoreError } from '../bridge/store-error.ts'

export { StoreError }

/** What to do about a damaged database, whoever finds it. */
export const remedyOfDamage =
  'Put the last backup back (wa2tg restore FILE --force), or move it away and link anew'

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

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
  const code = isDamage(error) ? (isReadable(path) ? 'SQLITE_CORRUPT' : 'EIO') : codeOf(error)
  const problem = problems.find(([pattern]) => pattern.test(code))
  return problem ? new StoreError(problem[1](path), { cause: error }) : error
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
    /^SQLITE_FULL|^SQLITE_IOERR_SHMSIZE|^ENOSPC|^EDQUOT|^EFBIG/,
    path => `The disk that holds "${path}" is full. Make room and start again`,
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
