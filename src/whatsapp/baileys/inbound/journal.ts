import { createHash } from 'node:crypto'
import type { BinaryNode } from '@whiskeysockets/baileys'
import type { SessionChange, SessionStore } from '../../../bridge/network.ts'
import { childOf, childrenOf } from '../node.ts'
import { recipientsIn } from '../parse/own-list.ts'
import { bytesIn, changedAtOf, isPostChange } from '../parse/posts.ts'
import { type Envelope, type Part, parseRow, type Row, readRow } from './journal-row.ts'
import { writeWhole } from './whole.ts'

export type { Envelope } from './journal-row.ts'

const ROWS = 'journal'
const DONE = 'journal-done'
/** The server keeps an undelivered message that long. */
const KEEP_MS = 14 * 24 * 60 * 60_000

/**
 * What was decrypted and, until the bridge has committed it, must be handed over; afterwards only what answers a
 * redelivery. A row (type `journal`, id = SHA-256 of the ciphertext) is written in the transaction of the ratchet; its
 * mark (type `journal-done`) in the transaction of the bridge's job.
 */
export class Journal {
  readonly #sessions: SessionStore
  readonly #expected = new Map<string, Envelope>()
  /** When a part came again that was done before. */
  readonly #cameAgain = new Map<string, number>()
  readonly #now: () => number
  #lastOrder = 0

  constructor(sessions: SessionStore, now: () => number = Date.now) {
    this.#sessions = sessions
    this.#now = now
  }

  hashOf(ciphertext: Uint8Array): string {
    return createHash('sha256').update(ciphertext).digest('hex')
  }

  /** What was never encrypted may be said again in the same bytes, by the same channel, another one, or in its place. */
  #hashOfPlain(node: BinaryNode, plaintext: Uint8Array): string {
    const { from = '', id = '', server_id: serverId = '', edit = '' } = node.attrs
    const change = isPostChange(node.attrs) ? [edit, changedAtOf(node) ?? ''] : []
    const head = [from, id, serverId, ...change, ''].join('|')
    return createHash('sha256').update(head).update(plaintext).digest('hex')
  }

  /**
   * Reads a stanza's envelope and expects its parts to be decrypted soon; `undefined` when it has none. `lastOpen` gives
   * the key of the last stanza of a chat that is still to be decrypted.
   */
  envelopeOf(node: BinaryNode, lastOpen: (chat: string) => string | undefined): Envelope | undefined {
    const parts = childrenOf(node).flatMap((child): Part[] => {
      const bytes = bytesIn(node, child)
      if (bytes === undefined) return []
      const { tag, attrs } = child
      return [{ hash: tag === 'enc' ? this.hashOf(bytes) : this.#hashOfPlain(node, bytes), tag, attrs }]
    })
    if (parts.length === 0) return undefined
    return this.#expect(node, parts, lastOpen)
  }

  /**
   * The envelope of a stanza that is kept whole, because nothing in it is encrypted: a notification or a call. Its one
   * part is written here; throws when the disk does not take it.
   */
  envelopeOfWhole(node: BinaryNode, lastOpen: (chat: string) => string | undefined): Envelope {
    const { from = '', id = '', participant = '', t = '' } = node.attrs
    // A redelivery has other attributes (`offline`), but the same content.
    const content = writeWhole({ ...node, attrs: { from, id, participant, t } })
    const part = { hash: this.hashOf(content), tag: node.tag, attrs: {} }
    const envelope = this.#expect(node, [part], lastOpen)
    this.writePlain(envelope, part.hash, writeWhole(node))
    return envelope
  }

  #expect(
    node: BinaryNode,
    parts: readonly Part[],
    lastOpen: (chat: string) => string | undefined,
  ): Envelope {
    const verified = childOf(node, 'verified_name')?.content
    const { from = '', participant = '', id = '' } = node.attrs
    const after = lastOpen(from)
    const changedAt = isPostChange(node.attrs) ? changedAtOf(node) : undefined
    const recipients = recipientsIn(node)
    const envelope: Envelope = {
      key: [from, participant, id, ...parts.map(part => part.hash)].join('|'),
      order: this.#nextOrder(),
      attrs: node.attrs,
      parts,
      ...(after !== undefined && { after }),
      ...(verified instanceof Uint8Array && { verifiedName: Buffer.from(verified).toString('base64') }),
      ...(changedAt !== undefined && { changedAt }),
      ...(recipients.length > 0 && { recipients }),
    }
    // What has come twice is decrypted for the stanza that came first.
    for (const { hash } of parts) if (!this.#expected.has(hash)) this.#expected.set(hash, envelope)
    return envelope
  }

  /** Stops expecting a stanza's parts. */
  forget(envelope: Envelope): void {
    for (const { hash } of envelope.parts) {
      if (this.#expected.get(hash)?.order === envelope.order) this.#expected.delete(hash)
    }
  }

  /**
   * A stanza came that is with the bridge already, or about to be: it only has to be answered. What it is answered from is
   * kept as if it had been done just now, for this answer may be lost, too.
   */
  cameAgain(envelope: Envelope): void {
    this.forget(envelope)
    for (const { hash } of envelope.parts) this.#cameAgain.set(hash, this.#now())
  }

  /** The stanza that announced this ciphertext. */
  expected(hash: string): Envelope | undefined {
    return this.#expected.get(hash)
  }

  /** The row to be written with the ratchet. */
  rowsFor(envelope: Envelope, hash: string, plaintext: Uint8Array): Record<string, Row> {
    return { [hash]: { envelope, plaintext: Buffer.from(plaintext).toString('base64') } }
  }

  /** Writes the row of a part that was never encrypted, before the stanza is acknowledged. */
  writePlain(envelope: Envelope, hash: string, plaintext: Uint8Array): void {
    const row = this.rowsFor(envelope, hash, plaintext)[hash]
    this.#sessions.set([{ type: ROWS, id: hash, value: JSON.stringify(row) }])
  }

  /** The plaintext of a ciphertext seen before. Throws when it is damaged. */
  plaintext(hash: string): Buffer | undefined {
    const row = this.#sessions.get(ROWS, hash)
    return row === undefined ? undefined : Buffer.from(parseRow(row).plaintext, 'base64')
  }

  isDone(envelope: Envelope): boolean {
    return envelope.parts.every(({ hash }) => this.#sessions.get(DONE, hash) !== undefined)
  }

  /** Whether the stanza with this key was handed over. */
  isKeyDone(key: string): boolean {
    const hashes = key.split('|').slice(3)
    return hashes.every(hash => this.#sessions.get(DONE, hash) !== undefined)
  }

  /** Envelopes of what was decrypted but never handed over, in order of arrival; with parts that never came, too. */
  undone(): Envelope[] {
    const envelopes = new Map<string, Envelope>()
    for (const { id, value } of this.#sessions.list(ROWS)) {
      if (this.#sessions.get(DONE, id) !== undefined) continue
      const envelope = readRow(value)?.envelope
      if (envelope === undefined) continue
      const known = envelopes.get(envelope.key)
      if (known === undefined || envelope.order < known.order) envelopes.set(envelope.key, envelope)
    }
    return [...envelopes.values()].sort((one, other) => one.order - other.order)
  }

  /** Takes out what was never handed over and cannot be, because it is damaged on disk; returns how many parts that were. */
  dropDamaged(): number {
    const damaged = [...this.#sessions.list(ROWS)].filter(
      ({ id, value }) => this.#sessions.get(DONE, id) === undefined && readRow(value) === undefined,
    )
    this.#sessions.set(damaged.map(({ id }) => ({ type: ROWS, id, value: null })))
    return damaged.length
  }

  /**
   * The marks that make a stanza done, to be written in the transaction of the bridge's jobs. A part that could not be
   * decrypted gets none: it may come again, and be readable then.
   */
  marks(envelope: Envelope): SessionChange[] {
    const value = String(this.#now())
    return envelope.parts
      .filter(({ hash }) => this.#sessions.get(ROWS, hash) !== undefined)
      .map(({ hash }) => ({ type: DONE, id: hash, value }))
  }

  /**
   * Deletes at most `limit` stanzas' parts that are done and cannot come again: done, and come for the last time, before
   * `time` (milliseconds), or 14 days ago. Returns whether there are more.
   */
  prune(time: number, limit = 200): boolean {
    const before = Math.max(time, this.#now() - KEEP_MS)
    const old = [...this.#sessions.list(DONE)].filter(
      ({ id, value }) => Math.max(Number(value), this.#cameAgain.get(id) ?? 0) < before,
    )
    if (old.length === 0) return false
    const cleared = old.slice(0, limit)
    this.#sessions.set(
      cleared.flatMap(({ id }) => [
        { type: ROWS, id, value: null },
        { type: DONE, id, value: null },
      ]),
    )
    for (const { id } of cleared) this.#cameAgain.delete(id)
    return old.length > limit
  }

  /** The highest order so far: whatever comes from now on has a higher one, also when the clock was set back. */
  latest(): number {
    for (const { order } of this.undone()) this.#lastOrder = Math.max(this.#lastOrder, order)
    return this.#lastOrder
  }

  #nextOrder(): number {
    this.#lastOrder = Math.max(this.#lastOrder + 1, this.#now() * 1000)
    return this.#lastOrder
  }
}
