import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { flushFolder } from '../data-folder.ts'

/**
 * Makes a file that is there whole or not at all, for its owner alone: `write` fills another one beside it, which is flushed
 * and takes the name.
 */
export const writeNewFile = async (
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> => {
  const unfinished = `${path}.new`
  await rm(unfinished, { force: true })
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

/** Copies from the beginning of one open file into another. */
export const copyAll = async (source: FileHandle, target: FileHandle): Promise<void> => {
  for await (const piece of source.createReadStream({ autoClose: false, start: 0 }))
    await target.writeFile(piece)
}
