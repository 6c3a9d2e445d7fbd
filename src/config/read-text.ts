import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** In bytes; what is longer is no config, token, key or passphrase, but perhaps /dev/zero. */
const longest = 1 << 20
/** Milliseconds between two looks at a pipe that is open, and empty. */
const pause = 20

/**
 * The text of a file that somebody has named: of a pipe, too, as the shell makes one of `<(…)`. Opening one into which nobody writes
 * would wait for that for ever, and no signal ends a program that does (fifo(7)).
 */
export const readText = async (path: string): Promise<string> => {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const pieces: Buffer[] = []
    for (let size = 0; ; ) {
      const piece = readPiece(file)
      if (piece === undefined) {
        await sleep(pause)
        continue
      }
      if (piece.length === 0 && size === 0 && fstatSync(file).isFIFO())
        throw new Error('it is a pipe into which nobody writes')
      if (piece.length === 0) return Buffer.concat(pieces).toString('utf8')
      size += piece.length
      if (size > longest) throw new Error('it is too long')
      pieces.push(piece)
    }
  } finally {
    closeSync(file)
  }
}

/** What can be read now: nothing at the end; undefined where somebody has yet to write. */
const readPiece = (file: number): Buffer | undefined => {
  const piece = Buffer.alloc(1 << 16)
  try {
    return piece.subarray(0, readSync(file, piece))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined
    throw error
  }
}
