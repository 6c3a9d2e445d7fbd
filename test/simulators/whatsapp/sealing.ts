import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** What a sealed part of a message is about, and by whom. */
export interface SealedBy {
  secret: Uint8Array
  /** Id of the message that the secret belongs to. */
  id: string
  /** Who wrote that message, and who adds to it. */
  author: string
  sender: string
  purpose: string
}

const bound = ({ purpose, id, sender }: SealedBy): Buffer =>
  Buffer.from(purpose === 'Poll Vote' || purpose === 'Event Response' ? `${id}\0${sender}` : '')

const keyOf = ({ secret, id, author, sender, purpose }: SealedBy): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `${id}${author}${sender}${purpose}`, 32))

/** Seals as phones do: written apart from the bridge's own code, so that neither proves itself. */
export function sealAs(plain: Uint8Array, by: SealedBy): { encPayload: Buffer; encIv: Buffer } {
  const encIv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(by), encIv)
  cipher.setAAD(bound(by))
  return { encPayload: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]), encIv }
}

/** Throws when it was sealed by somebody else, or damaged. */
export function openAs(
  { encPayload, encIv }: { encPayload?: Uint8Array | null; encIv?: Uint8Array | null },
  by: SealedBy,
): Buffer {
  if (encIv?.length !== 12 || !encPayload || encPayload.length < 16) throw new Error('it is cut off')
  const cipher = createDecipheriv('aes-256-gcm', keyOf(by), encIv)
  cipher.setAuthTag(encPayload.subarray(-16))
  cipher.setAAD(bound(by))
  return Buffer.concat([cipher.update(encPayload.subarray(0, -16)), cipher.final()])
}
