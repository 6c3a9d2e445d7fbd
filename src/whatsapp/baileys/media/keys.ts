import { hkdfSync } from 'node:crypto'

/** Files of one kind share the name from which their keys are derived: a sticker is an `Image`, a voice note `Audio`. */
export const MEDIA_KINDS = ['Image', 'Video', 'Audio', 'Document'] as const
export type MediaKind = (typeof MEDIA_KINDS)[number]

/** What an encrypted file ends with: the first ten bytes of an HMAC-SHA-256 over IV and ciphertext. */
export const MAC_BYTES = 10

const BLOCK = 16

export interface MediaKeys {
  readonly iv: Buffer
  /** AES-256-CBC. */
  readonly cipher: Buffer
  readonly mac: Buffer
}

/** The keys of one file, from the media key in its message (lib/Utils/messages-media.js, `getMediaKeys`). */
export const deriveMediaKeys = (mediaKey: Uint8Array, kind: MediaKind | 'History'): MediaKeys => {
  const all = Buffer.from(hkdfSync('sha256', mediaKey, '', `WhatsApp ${kind} Keys`, 112))
  return { iv: all.subarray(0, 16), cipher: all.subarray(16, 48), mac: all.subarray(48, 80) }
}

/** Bytes of an encrypted file: padding to whole blocks, always at least one byte of it, and the MAC. */
export const sealedLength = (size: number): number => size - (size % BLOCK) + BLOCK + MAC_BYTES
