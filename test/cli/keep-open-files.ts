/**
 * Loaded before the program: a file system as many of FUSE are (exFAT, NTFS, bindfs), where a file that is deleted while it is open
 * stays under another name until it is closed, and a moment longer (libfuse, `hard_remove` off; the kernel does not wait for its
 * answer to RELEASE), so that its folder cannot be removed.
 */
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

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
    setTimeout(() => count(folder, -1), 30)
  }
  return handle
}
fs.rm = async (path, options) => {
  // Node tries again as often as it is told to, each time later by the delay.
  for (let tries = 1; (open.get(resolve(String(path))) ?? 0) > 0; tries += 1) {
    if (tries > (options?.maxRetries ?? 0))
      throw Object.assign(new Error('ENOTEMPTY: directory not empty, rmdir'), { code: 'ENOTEMPTY' })
    await sleep(tries * (options?.retryDelay ?? 100))
  }
  await rm(path, options)
}
syncBuiltinESMExports()
