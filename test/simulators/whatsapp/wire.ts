import { once } from 'node:events'
import { type BinaryNode, decodeBinaryNode, type proto } from '@whiskeysockets/baileys'
import type { WebSocket } from 'ws'
import { encodeNode } from './encode.ts'
import { NoiseResponder, type ServerIdentity } from './noise.ts'

export interface WireEvents {
  /** The handshake is done: who is it, and what does it want? */
  hello: (wire: Wire, clientStatic: Buffer, payload: proto.ClientPayload) => void
  node: (wire: Wire, node: BinaryNode) => Promise<void>
  /** Comes when either side ends it, perhaps twice. */
  closed: (wire: Wire) => void
  /** Bytes that no client of WhatsApp would send. */
  broken: (wire: Wire, problem: string) => void
}

const HEADER_LENGTH = 4

/**
 * One WebSocket: frames (three bytes of length) inside messages that need not match them, in front of the first the
 * prologue `WA 6 3`, optionally preceded by routing info (`ED 0 1`, lib/Utils/noise-handler.js). Nodes are handled one
 * after the other.
 */
export class Wire {
  /** Takes everything in and answers nothing, as a server does behind a dead link. */
  silent = false
  readonly #socket: WebSocket
  readonly #events: WireEvents
  readonly #noise: NoiseResponder
  #bytes = Buffer.alloc(0)
  #stage: 'prologue' | 'hello' | 'finish' | 'open' = 'prologue'
  #work: Promise<void> = Promise.resolve()

  constructor(socket: WebSocket, identity: ServerIdentity, events: WireEvents) {
    this.#socket = socket
    this.#events = events
    this.#noise = new NoiseResponder(identity)
    socket.on('message', data => this.#take(Buffer.from(data as Buffer)))
    socket.on('close', () => events.closed(this))
    socket.on('error', () => socket.terminate())
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  send(node: BinaryNode): void {
    if (this.silent || !this.isOpen || this.#stage !== 'open') return
    this.#write(this.#noise.encrypt(encodeNode(node)))
  }

  /** Ends in an orderly way: what was sent before still arrives. For the server it is over at once. */
  close(): void {
    this.#events.closed(this)
    this.#socket.close()
  }

  /** Cuts the connection. */
  drop(): void {
    this.#events.closed(this)
    this.#socket.terminate()
  }

  /** Resolves when the other side has read all that was sent, and what it sent before it had is here, or when it is over. */
  async heard(): Promise<void> {
    if (this.#socket.readyState === this.#socket.CLOSED) return
    const over = new AbortController()
    const { signal } = over
    try {
      const answered = [once(this.#socket, 'pong', { signal }), once(this.#socket, 'close', { signal })]
      if (this.isOpen) this.#socket.ping()
      await Promise.race(answered)
    } finally {
      over.abort()
    }
  }

  #write(frame: Buffer): void {
    const length = Buffer.alloc(3)
    length.writeUIntBE(frame.length, 0, 3)
    this.#socket.send(Buffer.concat([length, frame]))
  }

  #take(data: Buffer): void {
    if (this.silent && this.#stage !== 'open') return
    this.#bytes = Buffer.concat([this.#bytes, data])
    try {
      if (this.#stage === 'prologue' && !this.#skipPrologue()) return
      for (let frame = this.#nextFrame(); frame; frame = this.#nextFrame()) this.#frame(frame)
    } catch (error) {
      this.#events.broken(this, error instanceof Error ? error.message : String(error))
      this.drop()
    }
  }

  #skipPrologue(): boolean {
    let at = 0
    if (this.#bytes.subarray(0, 2).toString() === 'ED') {
      if (this.#bytes.length < 7) return false
      at = 7 + this.#bytes.readUIntBE(4, 3)
    }
    if (this.#bytes.length < at + HEADER_LENGTH) return false
    const header = this.#bytes.subarray(at, at + HEADER_LENGTH)
    if (!header.equals(Buffer.from([87, 65, 6, 3])))
      throw new Error(`The prologue is "${header.toString('hex')}"`)
    this.#bytes = this.#bytes.subarray(at + HEADER_LENGTH)
    this.#stage = 'hello'
    return true
  }

  #nextFrame(): Buffer | undefined {
    if (this.#bytes.length < 3) return undefined
    const end = 3 + this.#bytes.readUIntBE(0, 3)
    if (this.#bytes.length < end) return undefined
    const frame = this.#bytes.subarray(3, end)
    this.#bytes = this.#bytes.subarray(end)
    return frame
  }

  #frame(frame: Buffer): void {
    if (this.#stage === 'hello') {
      this.#write(this.#noise.hello(frame))
      this.#stage = 'finish'
    } else if (this.#stage === 'finish') {
      const { clientStatic, payload } = this.#noise.finish(frame)
      this.#stage = 'open'
      this.#events.hello(this, clientStatic, payload)
    } else {
      const plain = this.#noise.decrypt(frame)
      if (this.silent) return
      this.#work = this.#work.then(async () => {
        await this.#events.node(this, await decodeBinaryNode(plain))
      })
      this.#work.catch((error: unknown) => {
        this.#work = Promise.resolve()
        this.#events.broken(this, error instanceof Error ? (error.stack ?? error.message) : String(error))
      })
    }
  }
}
