import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/**
 * What is encrypted a second time inside a message, with a key that comes from the secret of the message it is about:
 * votes, answers, edits, further options of polls, and in some groups reactions and
 * comments. Everybody who can read that message knows its secret: what opens says nothing about its author.
 *
 * The words are those of WhatsApp Web (`WAUseCaseSecret`) and of whatsapp-rust (wacore/src/secret_enc_addon.rs).
 * whatsmeow opens added options with those for edited polls (msgsecret.go), which neither of the others does.
 */
export type SealPurpose =
  | 'Poll Vote'
  | 'Event Response'
  | 'Message Edit'
  | 'Event Edit'
  | 'Poll Edit'
  | 'Poll Add Option'
  | 'Enc Reaction'
  | 'Enc Comment'

/** These two also bind the message's id and the sender as additional data. */
const BOUND: ReadonlySet<SealPurpose> = new Set<SealPurpose>(['Poll Vote', 'Event Response'])
const IV_BYTES = 12
const TAG_BYTES = 16

export interface Seal {
  readonly purpose: SealPurpose
  /** `messageContextInfo.messageSecret` of the message that this is about. */
  readonly secret: Uint8Array
  /** Its id. */
  readonly targetId: string
}

export interface Sealed {
  readonly encPayload: Uint8Array
  readonly encIv: Uint8Array
}

const keyOf = ({ purpose, secret, targetId }: Seal, author: string, sender: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `${targetId}${author}${sender}${purpose}`, 32))

const boundTo = ({ purpose, targetId }: Seal, sender: string): Buffer =>
  BOUND.has(purpose) ? Buffer.from(`${targetId}\0${sender}`) : Buffer.alloc(0)

/**
 * Opens what was sealed, or returns `undefined`. People have two addresses, and nothing says which ones were used:
 * each of the author of the message is tried with each of the sender of the change. Addresses are without device.
 */
export const unseal = (
  sealed: Sealed,
  seal: Seal,
  { authors, senders }: { authors: readonly string[]; senders: readonly string[] },
): Buffer | undefined => {
  const { encPayload, encIv } = sealed
  if (encPayload.length < TAG_BYTES || encIv.length !== IV_BYTES) return undefined
  const end = encPayload.length - TAG_BYTES
  for (const author of authors) {
    for (const sender of senders) {
      const decipher = createDecipheriv('aes-256-gcm', keyOf(seal, author, sender), encIv)
      decipher.setAuthTag(encPayload.subarray(end))
      decipher.setAAD(boundTo(seal, sender))
      const plain = decipher.update(encPayload.subarray(0, end))
      try {
        return Buffer.concat([plain, decipher.final()])
      } catch {
        // Other addresses, then; or nobody's.
      }
    }
  }
  return undefined
}

/** Seals a change of a message that `author` wrote, on behalf of `sender`. */
export const seal = (
  plain: Uint8Array,
  what: Seal,
  { author, sender, iv = randomBytes(IV_BYTES) }: { author: string; sender: string; iv?: Uint8Array },
): { encPayload: Buffer; encIv: Uint8Array } => {
  const cipher = createCipheriv('aes-256-gcm', keyOf(what, author, sender), iv)
  cipher.setAAD(boundTo(what, sender))
  const encPayload = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return { encPayload, encIv: iv }
}
