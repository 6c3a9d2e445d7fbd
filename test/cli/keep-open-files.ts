/**
 * Loaded before the program: a file system as many of FUSE are (exFAT, NTFS, bindfs), where a file that is deleted while it is open
 * stays under another name until it is closed (libfuse, `hard_remove` off), so that its folder cannot be removed.
 */
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, resolve } from 'node:path'

/** How many files are open in a folder. */
const open = new Map<string, number>()
const count = (folder: string, change: number): void =>
  void open.set(folder, (open.get(folder) ?? 0) + change)

const { open: openFile, rm } = fs
fs.open = async (path, flags, mode) => {
  const handle = await openFile(path, flags, mode)
  const folder = dirname(resolve(String(path)))
  count(folder, 1)
  const close = handle.close.bind(handle)
  handle.close = async () => {
    await close()
    count(folder, -1)
  }
  return handle
}
fs.rm = async (path, options) => {
  if ((open.get(resolve(String(path))) ?? 0) > 0)
    throw Object.assign(new Error('ENOTEMPTY: directory not empty, rmdir'), { code: 'ENOTEMPTY' })
  await rm(path, options)
}
syncBuiltinESMExports()
