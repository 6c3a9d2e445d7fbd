import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  type ScryptOptions,
  scrypt,
  timingSafeEqual,
} from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { BackupError } from './backup-error.ts'

/*
 * An encrypted backup. Numbers are big-endian.
 *
 *   offset  bytes
 *        0      8  "WA2TGBAK"
 *        8      1  version of this form: 1
 *        9      3  scrypt: log2 of N, r, p
 *       12     16  scrypt: salt
 *       28     16  proof of the passphrase: bytes 32 to 47 of what scrypt makes of it; bytes 0 to 31 are the key
 *       44      8  when it was made, milliseconds since 1970
 *       52         the file, in pieces of 65536 bytes (the last may be shorter), each sealed with AES-256-GCM and followed by
 *                  its tag of 16 bytes. Nonce: the number of the piece in 11 bytes, then 1 for the last piece, else 0.
 *                  Additional data: the 52 bytes of the head.
 *
 * The nonce makes order and end part of what is verified (the STREAM construction, Hoang et al. 2015, as age uses it):
 * pieces can be neither moved nor left out, and a file that is cut off has no last piece. The salt is new for every
 * file, and so is the key.
 */

const magic = Buffer.from('WA2TGBAK')
const version = 1
const headSize = 52
const pieceSize = 65_536
const tagSize = 16

/** How hard it is to try a passphrase (RFC 7914). */
export interface Cost {
  readonly log2N: number
  readonly r: number
  readonly p: number
}

/** 128 MB and about a third of a second on a PC, for as long as the key is made. */
const usualCost: Cost = { log2N: 17, r: 8, p: 1 }

/** Whether a file begins as an encrypted backup does. */
export const isContainer = (start: Buffer): boolean => start.subarray(0, magic.length).equals(magic)

/** Writes what `source` holds into `target`, encrypted. */
export const encrypt = async (
  source: FileHandle,
  target: FileHandle,
  { passphrase, now, cost = usualCost }: { passphrase: string; now: number; cost?: Cost },
): Promise<void> => {
  const salt = randomBytes(16)
  const { key, proof } = await deriveKey(passphrase, salt, cost)
  const head = Buffer.concat([
    magic,
    Buffer.from([version, cost.log2N, cost.r, cost.p]),
    salt,
    proof,
    Buffer.alloc(8),
  ])
  head.writeBigUInt64BE(BigInt(now), headSize - 8)
  await target.writeFile(head)
  for await (const { data, number, last } of readPieces(source, 0, pieceSize)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, last)).setAAD(head)
    await target.writeFile(Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]))
  }
}

/** Writes what an encrypted backup holds into `target`; returns when it was made. Throws `BackupError`. */
export const decrypt = async (
  source: FileHandle,
  target: FileHandle,
  passphrase: string,
): Promise<number> => {
  const head = await readHead(source)
  const { key, proof } = await deriveKey(passphrase, head.subarray(12, 28), readCost(head))
  if (!timingSafeEqual(proof, head.subarray(28, 44))) throw new BackupError('The passphrase is wrong')
  for await (const { data, number, last } of readPieces(source, headSize, pieceSize + tagSize)) {
    await target.writeFile(open(data, { key, nonce: nonceOf(number, last), head }))
  }
  return Number(head.readBigUInt64BE(headSize - 8))
}

const damaged = (): BackupError => new BackupError('The backup is damaged or cut off; nothing was changed')

const open = (piece: Buffer, { key, nonce, head }: { key: Buffer; nonce: Buffer; head: Buffer }): Buffer => {
  if (piece.length < tagSize) throw damaged()
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
    .setAAD(head)
    .setAuthTag(piece.subarray(-tagSize))
  try {
    return Buffer.concat([decipher.update(piece.subarray(0, -tagSize)), decipher.final()])
  } catch {
    throw damaged()
  }
}

const readHead = async (source: FileHandle): Promise<Buffer> => {
  const head = Buffer.alloc(headSize)
  const { bytesRead } = await source.read(head, 0, headSize, 0)
  if (bytesRead < headSize) throw damaged()
  if (head[8] !== version) throw new BackupError('The backup was made by a newer wa2tg; update wa2tg')
  return head
}

/** What is written there decides how much memory is taken: 256 MB at most. */
const readCost = (head: Buffer): Cost => {
  const [log2N = 0, r = 0, p = 0] = head.subarray(9, 12)
  if (log2N < 1 || log2N > 18 || r < 1 || r > 8 || p < 1 || p > 4) throw damaged()
  return { log2N, r, p }
}

const deriveKey = async (
  passphrase: string,
  salt: Buffer,
  { log2N, r, p }: Cost,
): Promise<{ key: Buffer; proof: Buffer }> => {
  const N = 2 ** log2N
  // The same letters are the same passphrase, whichever keyboard composed them.
  const bytes = await scryptBytes(passphrase.normalize('NFC'), salt, { N, r, p, maxmem: 256 * N * r })
  return { key: bytes.subarray(0, 32), proof: bytes.subarray(32) }
}

const scryptBytes = (passphrase: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(passphrase, salt, 48, options, (error, bytes) => (error ? reject(error) : resolve(bytes)))
  })

const nonceOf = (number: number, last: boolean): Buffer => {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(number, 5, 6)
  nonce[11] = last ? 1 : 0
  return nonce
}

async function* readPieces(
  source: FileHandle,
  start: number,
  size: number,
): AsyncGenerator<{ data: Buffer; number: number; last: boolean }> {
  const { size: end } = await source.stat()
  const buffer = Buffer.alloc(size)
  for (let number = 0, at = start; number === 0 || at < end; number += 1) {
    const length = Math.min(size, end - at)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await source.read(buffer, filled, length - filled, at + filled)
      if (bytesRead === 0) throw damaged()
      filled += bytesRead
    }
    at += length
    yield { data: buffer.subarray(0, length), number, last: at === end }
  }
}
