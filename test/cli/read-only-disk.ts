/**
 * Loaded before the program: a disk that is mounted read-only at $WA2TG_TEST_READ_ONLY, as Node's own calls meet it. Those of SQLite
 * are made to fail by `test/support/disk/trouble-disk.ts`.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const disk = process.env['WA2TG_TEST_READ_ONLY'] ?? ''

const refuse = (call: string, path: unknown): void => {
  if (disk === '' || !String(path).startsWith(disk)) return
  throw Object.assign(new Error(`EROFS: read-only file system, ${call}`), { code: 'EROFS', syscall: call })
}

const { openSync, mkdirSync, writeFileSync } = fs
fs.openSync = (path, flags, mode) => {
  if (flags !== 'r' && flags !== fs.constants.O_RDONLY) refuse('open', path)
  return openSync(path, flags, mode)
}
fs.mkdirSync = ((path: fs.PathLike, options: fs.MakeDirectoryOptions) => {
  refuse('mkdir', path)
  return mkdirSync(path, options)
}) as typeof fs.mkdirSync
fs.writeFileSync = (path, data, options) => {
  refuse('open', path)
  writeFileSync(path, data, options)
}
syncBuiltinESMExports()
