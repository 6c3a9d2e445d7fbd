import type { Envelope, Journal } from './journal.ts'

/** A stanza whose parts are decrypted as far as they will be. */
export interface Opened {
  readonly envelope: Envelope
  /** Plaintexts by the position of the part; `undefined` where decryption failed. */
  readonly plaintexts: readonly (Buffer | undefined)[]
  /** Why the first part failed that did. */
  readonly failure?: unknown
}

export interface IntakeOptions {
  readonly journal: Journal
  /** Hands one stanza to the bridge and marks it done. Rejects when that cannot be: it is tried again. */
  readonly consume: (opened: Opened) => Promise<void>
  /** Marks one done that cannot be handed over as it is, with words in its place. Throws when the disk does not take it. */
  readonly giveUp: (envelope: Envelope) => void
  readonly onError: (error: unknown) => void
  /** Pause before a stanza is tried again, in milliseconds. */
  readonly retryMs?: number
}
