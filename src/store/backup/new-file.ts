import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { flushFolder } from '../data-folder.ts'
import { isLeftBehind } from './leftovers.ts'

/**
 * Makes a file that is there whole or not at all, for its owner alone: `write` fills another one beside it, which is flushed
 * and takes the name. Several may do so at once: the last one to end stays.
 */
export const writeNewFile = async (
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> => {
  clearUnfinished(path)
  const unfinished = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.new`
  // Made here or not opened: in a folder that others write to, a link may lie there.
  const file = await open(unfinished, 'wx', 0o600)
  try {
    await write(file)
    await file.sync()
    await file.close()
    await rename(unfinished, path)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(unfinished, { force: true })
    throw error
  }
  flushFolder(dirname(resolve(path)))
}

/** What those left who were killed while they made this file; what cannot be removed stays. */
const clearUnfinished = (path: string): void => {
  const start = `${basename(path)}.`
  try {
    for (const name of readdirSync(dirname(path))) {
      const pid = name.startsWith(start) && /^(\d+)-[0-9a-f]{12}\.new$/.exec(name.slice(start.length))?.[1]
      const file = join(dirname(path), name)
      if (pid && isLeftBehind(file, Number(pid))) rmSync(file)
    }
  } catch {
    // Somebody else's, or just gone.
  }
}

/** Copies from the beginning of one open file into another. */
export const copyAll = async (source: FileHandle, target: FileHandle): Promise<void> => {
  for await (const piece of source.createReadStream({ autoClose: false, start: 0 }))
    await target.writeFile(piece)
}
