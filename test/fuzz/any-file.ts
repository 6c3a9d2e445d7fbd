import fc from 'fast-check'
import { files } from '../simulators/samples.ts'

/** What may stand behind the address of a file, whatever its message says of it. */
export const contents: readonly Buffer[] = [
  files.photo(),
  files.film(),
  files.voice(),
  files.song(),
  files.sticker(),
  files.movingSticker(),
  files.pdf(),
  Buffer.from('<!DOCTYPE html><title>Sign in</title>'),
  Buffer.from('\xff\xd8\xff\xe0', 'latin1'),
  Buffer.from('OggS'),
  Buffer.from('x'),
  Buffer.alloc(200_000, 7),
  Buffer.alloc(0),
]

export const anyFile = fc.constantFrom(...contents)
