import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Envelope, Journal } from './journal.ts'

/** A stanza whose parts are decrypted as far as they will be. */
export interface Opened {
  readonly envelope: Envelope
  /** Plaintexts by the position of the part; `undefined` where decryption failed. */
  readonly plaintexts: readonly (Buffer | undefined)[]
  /** Why the first part failed that did. */
  readonly failure?: unknown
}

interface Entry {
  readonly envelope: Envelope
  readonly lane: string
  /** Hashes of parts that Baileys has not dealt with yet. */
  readonly open: Set<string>
  failure?: unknown
  /** `running`: later stanzas wait for it, but not for long. `over`: they wait no longer. */
  hold: 'none' | 'running' | 'over'
  /** Key of a stanza that goes first, though it may not even be here: it was never acknowledged and comes again. */
  after: string | undefined
}

export interface IntakeOptions {
  readonly journal: Journal
  /** Hands one stanza to the bridge and marks it done. Rejects when the disk does not take it: it is tried again. */
  readonly consume: (opened: Opened) => Promise<void>
  readonly onError: (error: unknown) => void
  /** How long a stanza may hold up later ones of its chat, in milliseconds. */
  readonly holdMs?: number
  /** Pause before a stanza that the disk did not take is tried again, in milliseconds. */
  readonly retryMs?: number
}

/**
 * The single way in. A stanza is *open* while Baileys decrypts its parts, *settled* when all are journalled or failed,
 * and gone when the bridge has committed it. Settled stanzas are consumed one at a time in the order in which they
 * arrived; one that is still open holds up later ones of the same chat, for `holdMs` at most (Baileys may never decrypt
 * it: it ignores some kinds before that). What an earlier run left undone is consumed before anything new.
 *
 * Baileys can decrypt a live message before older ones of the backlog. If the process dies or the socket closes then, the
 * older ones come again: the journal says which one a message has to wait for, until the server has sent all.
 *
 * When the socket closes, open stanzas are forgotten: they were not acknowledged and come again.
 */
export class Intake {
  readonly #options: IntakeOptions
  #entries: Entry[] = []
  #current: Promise<void> | undefined
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #orders = new WeakMap<BinaryNode, number>()
  #wake: (() => void)[] = []
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

  /** A stanza has come in; called before Baileys handles it. Returns whether it has content to be decrypted. */
  observe(node: BinaryNode): boolean {
    const { journal } = this.#options
    const envelope = journal.envelopeOf(node, chat => this.#lastOpen(chat))
    if (envelope === undefined) return false
    if (envelope.parts.every(part => part.attrs['type'] === 'msmsg')) {
      journal.forget(envelope)
      return false
    }
    for (const child of Array.isArray(node.content) ? node.content : []) {
      if (child.tag === 'plaintext' && child.content instanceof Uint8Array) {
        journal.writePlain(envelope, journal.hashOf(child.content), child.content)
      }
    }
    this.#orders.set(node, envelope.order)
    this.#enter(envelope)
    return true
  }

  /** A notification or call has come in, to be handed over whole; it is on disk when this returns. */
  observeWhole(node: BinaryNode): void {
    this.#enter(this.#options.journal.envelopeOfWhole(node, chat => this.#lastOpen(chat)))
  }

  /** Resolves when every stanza that came before this one has been decrypted, as far as it will be, or its time is up. */
  async before(node: BinaryNode): Promise<void> {
    const order = this.#orders.get(node)
    if (order === undefined) return
    while (true) {
      const first = this.#entries.find(
        ({ open, hold, envelope }) => open.size > 0 && hold !== 'over' && envelope.order < order,
      )
      if (first === undefined || this.#stopped) return
      this.#limit(first)
      await new Promise<void>(resolve => this.#wake.push(resolve))
    }
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

  /**
   * The server has sent everything that waited. Stanzas from before this connection began (milliseconds) that are still
   * incomplete are consumed as far as they go.
   */
  caughtUp(connectedAt: number): void {
    const { journal } = this.#options
    const known = new Set(this.#entries.map(entry => entry.envelope.key))
    for (const envelope of journal.undone()) {
      if (!known.has(envelope.key) && envelope.order < connectedAt * 1000) this.#add(envelope, [])
    }
    const here = new Set(this.#entries.map(entry => entry.envelope.key))
    for (const { after } of this.#entries) if (after !== undefined && !here.has(after)) this.#release(after)
    this.#pump()
  }

  /** Resolves when everything settled so far is with the bridge or cannot be for now. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#pump()
    await this.#current
  }

  #enter(envelope: Envelope): void {
    const { journal } = this.#options
    if (this.#entries.some(entry => entry.envelope.key === envelope.key) || journal.isDone(envelope)) {
      journal.cameAgain(envelope)
      return
    }
    const open = envelope.parts.filter(part => journal.plaintext(part.hash) === undefined)
    this.#add(
      envelope,
      open.map(part => part.hash),
    )
    this.#pump()
  }

  #add(envelope: Envelope, open: readonly string[]): void {
    const lane = envelope.attrs['from'] ?? ''
    this.#entries.push({ envelope, lane, open: new Set(open), hold: 'none', after: envelope.after })
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
    for (const wake of this.#wake.splice(0)) wake()
    if (this.#current !== undefined || this.#stopped) return
    const entry = this.#next()
    if (entry === undefined) return
    this.#current = this.#consume(entry).then(done => {
      this.#current = undefined
      if (done) this.#pump()
      else this.#later(this.#options.retryMs ?? 2000)
    })
  }

  /** The first settled stanza that nothing of its own chat stands before. */
  #next(): Entry | undefined {
    const held = new Map<string, Entry>()
    for (const entry of this.#entries) {
      if (entry.open.size > 0) {
        if (entry.hold !== 'over' && !held.has(entry.lane)) held.set(entry.lane, entry)
        continue
      }
      const before = held.get(entry.lane)
      if (before === undefined && this.#mayGo(entry)) return entry
      if (before === undefined) continue
      this.#limit(before)
    }
    return undefined
  }

  /** Others wait for this stanza, but not for ever. */
  #limit(entry: Entry): void {
    if (entry.hold !== 'none') return
    entry.hold = 'running'
    this.#later(this.#options.holdMs ?? 5000, () => {
      entry.hold = 'over'
      this.#release(entry.envelope.key)
    })
  }

  async #consume(entry: Entry): Promise<boolean> {
    const { journal } = this.#options
    const plaintexts = entry.envelope.parts.map(part => journal.plaintext(part.hash))
    try {
      await this.#options.consume({ envelope: entry.envelope, plaintexts, failure: entry.failure })
    } catch (error) {
      this.#options.onError(error)
      return false
    }
    this.#entries = this.#entries.filter(other => other !== entry)
    journal.forget(entry.envelope)
    this.#release(entry.envelope.key)
    return true
  }

  #mayGo({ after }: Entry): boolean {
    return after === undefined || this.#options.journal.isKeyDone(after)
  }

  #later(milliseconds: number, before?: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      before?.()
      this.#pump()
    }, milliseconds)
    timer.unref()
    this.#timers.add(timer)
  }
}
