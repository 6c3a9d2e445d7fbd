/** Bytes of an Ogg page before its table of segments (RFC 3533 §6). */
const pageHead = 27
/** Bytes of the longest packet that is put together: one of Opus has 61,440 at most (RFC 6716 §3.4). */
const longest = 64 * 1024

/** Takes an Ogg file apart, piece by piece as it comes, into its packets. What is damaged gives none from there on. */
export class OggPackets {
  #held: Buffer = Buffer.alloc(0)
  /** The packet that goes on in the next segment. */
  #begun: Buffer[] = []
  #begunSize = 0
  #isBroken = false

  /** Whether it has turned out to be no Ogg file. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** The packets that end in this piece. */
  *take(piece: Uint8Array): Generator<Buffer> {
    if (this.#isBroken) return
    this.#held = Buffer.concat([this.#held, piece])
    for (let page = this.#nextPage(); page !== undefined; page = this.#nextPage())
      yield* this.#packetsIn(page)
  }

  #nextPage(): { readonly table: Buffer; readonly body: Buffer } | undefined {
    const held = this.#held
    const isPage = held.subarray(0, 4).equals(Buffer.from('OggS').subarray(0, held.length))
    if (!isPage) this.#isBroken = true
    const segments = held[pageHead - 1]
    if (!isPage || segments === undefined) return undefined
    const table = held.subarray(pageHead, pageHead + segments)
    const end = pageHead + segments + table.reduce((sum, size) => sum + size, 0)
    if (table.length < segments || held.length < end) return undefined
    this.#held = held.subarray(end)
    return { table, body: held.subarray(pageHead + segments, end) }
  }

  /** A segment of 255 bytes is not the last one of its packet. */
  *#packetsIn({ table, body }: { table: Buffer; body: Buffer }): Generator<Buffer> {
    let at = 0
    for (const size of table) {
      this.#begun.push(body.subarray(at, at + size))
      at += size
      this.#begunSize += size
      if (this.#begunSize > longest) this.#isBroken = true
      if (this.#isBroken) return
      if (size === 255) continue
      yield Buffer.concat(this.#begun)
      this.#begun = []
      this.#begunSize = 0
    }
  }
}
