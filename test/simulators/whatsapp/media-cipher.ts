import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

/** HKDF names, from Baileys' `MEDIA_HKDF_KEY_MAPPING` (lib/Defaults/index.js). */
const KEY_NAMES = {
  image: 'Image',
  sticker: 'Image',
  video: 'Video',
  gif: 'Video',
  ptv: 'Video',
  audio: 'Audio',
  ptt: 'Audio',
  document: 'Document',
  'thumbnail-link': 'Link Thumbnail',
  'md-app-state': 'App State',
  'md-msg-hist': 'History',
} as const

export type MediaKind = keyof typeof KEY_NAMES

/** What a message says about a file; lengths in bytes, the plain one in `fileLength`. */
export interface MediaFacts {
  mediaKey: Buffer
  fileSha256: Buffer
  fileEncSha256: Buffer
  fileLength: number
}

/** The fields of a media message of `proto.Message`. */
export interface MediaFields extends MediaFacts {
  url: string
  directPath: string
  /** Unix seconds. */
  mediaKeyTimestamp: number
}

/** Bytes of the MAC behind the ciphertext. */
export const MAC_LENGTH = 10

const BLOCK = 16

/** Length in bytes of the encrypted file (padded ciphertext and MAC) of a plain one of `fileLength` bytes. */
export function encryptedLength(fileLength: number): number {
  return (Math.floor(fileLength / BLOCK) + 1) * BLOCK + MAC_LENGTH
}

/** Encrypts a stream as WhatsApp does: AES-256-CBC, then the first 10 bytes of HMAC-SHA256 over IV and ciphertext. */
export async function* encryptMediaStream(
  plain: Iterable<Buffer> | AsyncIterable<Buffer>,
  mediaKey: Buffer,
  kind: MediaKind,
): AsyncGenerator<Buffer> {
  const { iv, cipherKey, macKey } = mediaKeys(mediaKey, kind)
  const cipher = createCipheriv('aes-256-cbc', cipherKey, iv)
  const mac = createHmac('sha256', macKey).update(iv)
  for await (const chunk of plain) {
    const sealed = cipher.update(chunk)
    mac.update(sealed)
    if (sealed.length > 0) yield sealed
  }
  const last = cipher.final()
  yield Buffer.concat([last, mac.update(last).digest().subarray(0, MAC_LENGTH)])
}

/** What a message has to say about a plain stream, found without keeping it; a fresh key if none is given. */
export async function measureMedia(
  plain: Iterable<Buffer>,
  kind: MediaKind,
  mediaKey: Buffer = randomBytes(32),
): Promise<MediaFacts> {
  const plainHash = createHash('sha256')
  let fileLength = 0
  function* watched() {
    for (const chunk of plain) {
      plainHash.update(chunk)
      fileLength += chunk.length
      yield chunk
    }
  }
  const sealedHash = createHash('sha256')
  let sinceBreath = 0
  for await (const chunk of encryptMediaStream(watched(), mediaKey, kind)) {
    sealedHash.update(chunk)
    sinceBreath += chunk.length
    if (sinceBreath < 1 << 22) continue
    // A big file must not hold up the other connections of the simulator.
    await setImmediate()
    sinceBreath = 0
  }
  return { mediaKey, fileSha256: plainHash.digest(), fileEncSha256: sealedHash.digest(), fileLength }
}

/** Encrypts a file that fits into memory. */
export async function encryptMedia(
  bytes: Buffer,
  kind: MediaKind,
  mediaKey?: Buffer,
): Promise<MediaFacts & { ciphertext: Buffer }> {
  const facts = await measureMedia([bytes], kind, mediaKey)
  const chunks: Buffer[] = []
  for await (const chunk of encryptMediaStream([bytes], facts.mediaKey, kind)) chunks.push(chunk)
  return { ...facts, ciphertext: Buffer.concat(chunks) }
}

/** Decrypts a whole file and throws unless MAC, both hashes and the length are what the message says. */
export function decryptMedia(encrypted: Buffer, facts: MediaFacts, kind: MediaKind): Buffer {
  const { iv, cipherKey, macKey } = mediaKeys(facts.mediaKey, kind)
  const sealed = encrypted.subarray(0, -MAC_LENGTH)
  const mac = createHmac('sha256', macKey).update(iv).update(sealed).digest().subarray(0, MAC_LENGTH)
  if (!mac.equals(encrypted.subarray(-MAC_LENGTH))) throw new Error('The MAC of the file is wrong')
  if (!sha256(encrypted).equals(facts.fileEncSha256)) throw new Error('fileEncSha256 is not of this file')
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv)
  const plain = Buffer.concat([decipher.update(sealed), decipher.final()])
  if (!sha256(plain).equals(facts.fileSha256)) throw new Error('fileSha256 is not of this file')
  if (plain.length !== facts.fileLength) {
    throw new Error(`fileLength is "${facts.fileLength}", the file has "${plain.length}" bytes`)
  }
  return plain
}

function mediaKeys(mediaKey: Buffer, kind: MediaKind) {
  if (mediaKey.length !== 32) throw new Error(`A media key has 32 bytes, not "${mediaKey.length}"`)
  const keys = Buffer.from(hkdfSync('sha256', mediaKey, '', `WhatsApp ${KEY_NAMES[kind]} Keys`, 112))
  return { iv: keys.subarray(0, 16), cipherKey: keys.subarray(16, 48), macKey: keys.subarray(48, 80) }
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
