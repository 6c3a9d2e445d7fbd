import * as z from 'zod/mini'
import { parseStored, readStored } from '../../../bridge/stored-json.ts'
import type { Recipient } from '../parse/own-list.ts'

/** One `<enc>` or `<plaintext>` child of a message, or all of a stanza that is kept whole. */
export interface Part {
  readonly hash: string
  readonly tag: string
  readonly attrs: Record<string, string>
}

/** A message as it came over the wire, without its ciphertexts: enough to read it again at any later time. */
export interface Envelope {
  /** The same for a stanza and its redelivery. */
  readonly key: string
  /** Grows with every stanza that arrives, over restarts too. */
  readonly order: number
  readonly attrs: Record<string, string>
  readonly parts: readonly Part[]
  /** Key of the stanza of the same chat that came before and was not decrypted yet: it must be handed over first. */
  readonly after?: string
  /** Name that the server vouches for, of a business: base64 of the `verified_name` child. */
  readonly verifiedName?: string
  /** Who is on the broadcast list that it went to. */
  readonly recipients?: readonly Recipient[]
  /** When a channel changed the post that this is, as the server wrote it. */
  readonly changedAt?: string
}

/** A part as it is stored. */
export interface Row {
  readonly envelope: Envelope
  readonly plaintext: string
}

const strings = z.record(z.string(), z.string())
const rowSchema = z.object({
  envelope: z.looseObject({
    key: z.string(),
    order: z.number(),
    attrs: strings,
    parts: z.array(z.object({ hash: z.string(), tag: z.string(), attrs: strings })),
  }),
  plaintext: z.string(),
})

/** Throws when it is damaged. */
export const parseRow = (json: string): Row => rowSchema.parse(parseStored(json)) as Row

/** `undefined` when it is damaged. */
export const readRow = (json: string): Row | undefined =>
  rowSchema.safeParse(readStored(json)).data as Row | undefined
