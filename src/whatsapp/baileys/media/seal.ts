import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { reject, retry } from '../../../bridge/verdict.ts'
import { MAX_BYTES } from './http.ts'
import { MAC_BYTES, type MediaKeys } from './keys.ts'

/** What must be known of a file before its upload can begin: the address to upload to is made of a hash of all of it. */
export interface Measured {
  /** SHA-256 of the file. */
  readonly sha256: Buffer
  /** Bytes of the file. */
  readonly size: number
  /** SHA-256 of the encrypted file. */
  readonly sealedSha256: Buffer
  readonly sealedSize: number
  /** The encrypted file itself, where it is small. */
  readonly sealed?: readonly Buffer[]
}

/** Encrypts a file on its way: AES-256-CBC, then the MAC. */
export async function* seal(plain: AsyncIterable<Uint8Array>, keys: MediaKeys): AsyncGenerator<Buffer> {
  const cipher = createCipheriv('aes-256-cbc', keys.cipher, keys.iv)
  const mac = createHmac('sha256', keys.mac).update(keys.iv)
  for await (const chunk of plain) {
    const sealed = cipher.update(chunk)
    mac.update(sealed)
    if (sealed.length > 0) yield sealed
  }
  const last = cipher.final()
  yield Buffer.concat([last, mac.update(last).digest().subarray(0, MAC_BYTES)])
}

/** Reads a file once, to its end; keeps the encrypted bytes of one that has at most `keep`. */
export const measure = async (
  plain: AsyncIterable<Uint8Array>,
  { keys, keep }: { keys: MediaKeys; keep: number },
): Promise<Measured> => {
  const hash = createHash('sha256')
  let size = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of plain) {
      size += chunk.length
      if (size > MAX_BYTES) throw reject('The file is larger than the 2000 MB that WhatsApp takes')
      hash.update(chunk)
      yield chunk
    }
  }
  const sealedHash = createHash('sha256')
  let sealed: Buffer[] | undefined = []
  let sealedSize = 0
  for await (const chunk of seal(counted(), keys)) {
    sealedHash.update(chunk)
    sealedSize += chunk.length
    if (sealedSize > keep) sealed = undefined
    sealed?.push(chunk)
  }
  return {
    sha256: hash.digest(),
    size,
    sealedSha256: sealedHash.digest(),
    sealedSize,
    ...(sealed !== undefined && { sealed }),
  }
}

/**
 * Encrypts a measured file once more, while it is uploaded. The end is held back until all of it has proved to be what
 * was measured, so what is not never becomes a whole upload.
 */
export async function* sealAgain(
  plain: AsyncIterable<Uint8Array>,
  { keys, measured }: { keys: MediaKeys; measured: Measured },
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let held: Buffer = Buffer.alloc(0)
  let size = 0
  for await (const chunk of seal(plain, keys)) {
    size += chunk.length
    if (size > measured.sealedSize) throw changed()
    if (held.length > 0) yield held
    held = chunk
    hash.update(chunk)
  }
  if (size !== measured.sealedSize || !hash.digest().equals(measured.sealedSha256)) throw changed()
  yield held
}

const changed = () => retry('The file came differently the second time')
