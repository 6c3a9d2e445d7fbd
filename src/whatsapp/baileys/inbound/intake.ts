import type { BinaryNode } from '@whiskeysockets/baileys'
import { StoreError } from '../../../bridge/store-error.ts'
import { childrenOf } from '../node.ts'
import { bytesIn } from '../parse/posts.ts'
import { readAbsent } from './absent.ts'
import { type Entry, firstReady, newEntry } from './entry.ts'
import type { IntakeOptions } from './intake-port.ts'
import type { Envelope } from './journal.ts'
import { takeRest } from './take-rest.ts'

export type { Opened } from './intake-port.ts'

/** Tries of what fails for another reason than the disk: what cannot be stored today cannot be stored tomorrow. */
const MOST_TRIES = 3

/**
 * The single way in. A stanza is *open* while Baileys decrypts its parts, *settled* when all are journalled or failed,
 * and gone when the bridge has committed it. Settled stanzas are consumed one at a time in the order in which they
 * arrived; one that is still open holds up later ones of the same chat. Baileys may pass one by without decrypting it: it
 * is settled when Baileys is done with it. What an earlier run left undone is consumed before anything new.
 *
 * While the disk takes nothing all of them wait. One that fails for another reason holds up its own chat alone, and is given
 * up after a few tries: anybody could send it.
 *
 * A notice or call is on disk at once, a message of its chat that came before it only when it is decrypted. If the process
 * dies or the socket closes in between, the message comes again: the journal says that the notice has to wait for it, until
 * the server has sent all.
 *
 * When the socket closes, open stanzas are forgotten: they were not acknowledged and come again.
 */
export class Intake {
  readonly #options: IntakeOptions
  #entries: Entry[] = []
  #current: Promise<void> | undefined
  readonly #timers = new Set<NodeJS.Timeout>()
  /** What became of what came in; `null` for what was done before. */
  readonly #entered = new WeakMap<BinaryNode, Entry | null>()
  /** The order of the last stanza that came before this connection. */
  #before = 0
  #stopped = false

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** Takes up what an earlier run left behind. Stanzas with parts missing wait for their redelivery. */
  replay(): void {
    const { journal } = this.#options
    for (const envelope of journal.undone()) {
      if (envelope.parts.every(part => journal.plaintext(part.hash) !== undefined)) this.#add(envelope, [])
    }
    this.#pump()
  }

  /** A message has come in; called before Baileys handles it. One without content for us is handed over whole. */
  observe(node: BinaryNode): void {
    const { journal } = this.#options
    const envelope = journal.envelopeOf(node, chat => this.#lastOpen(chat))
    if (envelope === undefined || envelope.parts.every(part => part.attrs['type'] === 'msmsg')) {
      if (envelope !== undefined) journal.forget(envelope)
      if (readAbsent(node) !== undefined) this.observeWhole(node)
      return
    }
    const plain = childrenOf(node).filter(({ tag }) => tag === 'plaintext')
    const bytes = plain.flatMap(child => bytesIn(node, child) ?? [])
    for (const [index, { hash }] of envelope.parts.filter(({ tag }) => tag === 'plaintext').entries()) {
      const content = bytes[index]
      if (content !== undefined) journal.writePlain(envelope, hash, content)
    }
    this.#entered.set(node, this.#enter(envelope))
  }

  /** What has come in is to be handed over as it is, such as a notification or call; it is on disk when this returns. */
  observeWhole(node: BinaryNode): void {
    this.#enter(this.#options.journal.envelopeOfWhole(node, chat => this.#lastOpen(chat)))
  }

  /** Baileys is done with a stanza: what of it was not decrypted by now never will be. Returns whether all of it is on disk. */
  handled(node: BinaryNode): boolean {
    const entry = this.#entered.get(node)
    if (entry != null && entry.open.size > 0 && this.#entries.includes(entry)) {
      entry.failure ??= new Error('It was passed by')
      entry.open.clear()
      this.#pump()
    }
    return entry !== undefined && entry?.failure === undefined
  }

  opened(hash: string): void {
    this.#settle(hash)
  }

  failed(hash: string, error: unknown): void {
    for (const entry of this.#entries) if (entry.open.has(hash)) entry.failure ??= error
    this.#settle(hash)
  }

  /** Whether everything that has come is with the bridge. */
  get isIdle(): boolean {
    return this.#entries.length === 0
  }

  /** The socket is gone: what was not decrypted comes again. */
  closed(): void {
    for (const entry of this.#entries) if (entry.open.size > 0) this.#options.journal.forget(entry.envelope)
    this.#entries = this.#entries.filter(entry => entry.open.size === 0)
    this.#pump()
  }

  /** A connection begins. */
  connecting(): void {
    this.#before = this.#options.journal.latest()
  }

  /**
   * The server has sent everything that waited. Stanzas from before this connection began that are still incomplete are
   * consumed as far as they go.
   */
  caughtUp(): void {
    const { journal } = this.#options
    const known = new Set(this.#entries.map(entry => entry.envelope.key))
    for (const envelope of journal.undone()) {
      if (!known.has(envelope.key) && envelope.order <= this.#before) this.#add(envelope, [])
    }
    const here = new Set(this.#entries.map(entry => entry.envelope.key))
    for (const { after } of this.#entries) if (after !== undefined && !here.has(after)) this.#release(after)
    this.#pump()
  }

  /** No connection comes any more: what has come is taken in now. Rejects where the disk does not take it. */
  async finish(): Promise<void> {
    this.closed()
    while (this.#current !== undefined) await this.#current
    this.#entries = []
    const rest = takeRest(this.#options)
    this.#current = rest.catch(() => undefined)
    await rest.finally(() => {
      this.#current = undefined
    })
  }

  /** Resolves when everything settled so far is with the bridge or cannot be for now. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#pump()
    await this.#current
  }

  #enter(envelope: Envelope): Entry | null {
    const { journal } = this.#options
    const known = this.#entries.find(entry => entry.envelope.key === envelope.key)
    if (known !== undefined || journal.isDone(envelope)) {
      journal.cameAgain(envelope)
      return known ?? null
    }
    const hashes = envelope.parts.map(part => part.hash)
    const open = hashes.filter(hash => journal.plaintext(hash) === undefined)
    const entry = this.#add(envelope, open)
    this.#pump()
    return entry
  }

  #add(envelope: Envelope, open: readonly string[]): Entry {
    const entry = newEntry(envelope, open)
    this.#entries.push(entry)
    return entry
  }

  #lastOpen(lane: string): string | undefined {
    return this.#entries.findLast(entry => entry.lane === lane && entry.open.size > 0)?.envelope.key
  }

  /** Stanzas wait no longer for the one with this key. */
  #release(key: string): void {
    for (const entry of this.#entries) if (entry.after === key) entry.after = undefined
  }

  #settle(hash: string): void {
    for (const entry of this.#entries) entry.open.delete(hash)
    this.#pump()
  }

  #pump(): void {
    if (this.#current !== undefined || this.#stopped) return
    const entry = this.#next()
    if (entry === undefined) return
    this.#current = this.#consume(entry).then(done => {
      this.#current = undefined
      if (done) this.#pump()
      else this.#later(this.#options.retryMs ?? 2000)
    })
  }

  /** Where the disk cannot be read for now, none: whoever has a stanza or an end to tell of must not fail at that. */
  #next(): Entry | undefined {
    const { journal, onError } = this.#options
    try {
      return firstReady(this.#entries, ({ after }) => after === undefined || journal.isKeyDone(after))
    } catch (error) {
      onError(error)
      this.#later(this.#options.retryMs ?? 2000)
      return undefined
    }
  }

  /** Returns whether the next one may go at once. */
  async #consume(entry: Entry): Promise<boolean> {
    const { journal, onError } = this.#options
    try {
      await this.#hand(entry)
    } catch (error) {
      onError(error)
      if (error instanceof StoreError) return false
      entry.tries += 1
      entry.rests = true
      this.#later(this.#options.retryMs ?? 2000, () => {
        entry.rests = false
      })
      return true
    }
    this.#entries = this.#entries.filter(other => other !== entry)
    journal.forget(entry.envelope)
    this.#release(entry.envelope.key)
    return true
  }

  async #hand({ envelope, failure, tries }: Entry): Promise<void> {
    const { journal, consume, giveUp } = this.#options
    if (tries >= MOST_TRIES) return giveUp(envelope)
    const plaintexts = envelope.parts.map(part => journal.plaintext(part.hash))
    await consume({ envelope, plaintexts, failure })
  }

  #later(milliseconds: number, work?: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work?.()
      this.#pump()
    }, milliseconds)
    timer.unref()
    this.#timers.add(timer)
  }
}
