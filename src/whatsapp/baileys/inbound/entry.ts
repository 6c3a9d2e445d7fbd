import type { Envelope } from './journal.ts'

/** A stanza on its way in. */
export interface Entry {
  readonly envelope: Envelope
  /** The chat it stands in, whose order is kept. */
  readonly lane: string
  /** Hashes of parts that Baileys has not dealt with yet. */
  readonly open: Set<string>
  failure?: unknown
  /** How often it could not be handed over though the disk was well. */
  tries: number
  /** It is tried again in a moment. */
  rests: boolean
  /** Key of a stanza that goes first, though it may not even be here: it was never acknowledged and comes again. */
  after: string | undefined
}

/** @param open hashes of the parts that are still to be decrypted */
export const newEntry = (envelope: Envelope, open: readonly string[]): Entry => ({
  envelope,
  lane: envelope.attrs['from'] ?? '',
  open: new Set(open),
  tries: 0,
  rests: false,
  after: envelope.after,
})

/** The first settled one that nothing of its own chat stands before. */
export const firstReady = (
  entries: readonly Entry[],
  mayGo: (entry: Entry) => boolean,
): Entry | undefined => {
  const held = new Set<string>()
  for (const entry of entries) {
    if (entry.open.size > 0 || entry.rests) held.add(entry.lane)
    else if (!held.has(entry.lane) && mayGo(entry)) return entry
  }
  return undefined
}
