import { createHash, randomBytes } from 'node:crypto'
import { files } from '../../test/simulators/samples.ts'

/** A small file that is like no other: what stands behind the end of a JPEG or a PDF is nobody's business. */
export const newFile = (kind: 'photo' | 'document'): Buffer =>
  Buffer.concat([kind === 'photo' ? files.photo() : files.pdf(), randomBytes(64)])

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
