import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BinaryNode, generateMessageIDV2 } from '@whiskeysockets/baileys'
import type { Media } from '../../bridge/event.ts'
import type { Change, Delivery, NetworkStatus } from '../../bridge/network.ts'
import type { LoginOptions, LoginStep, WhatsAppConnection, WhatsAppOptions } from '../port.ts'
import { Account } from './connection/account.ts'
import { afterClose, isOutdated } from './connection/after-close.ts'
import { ClientVersion } from './connection/client-version.ts'
import { Reconnects } from './connection/reconnects.ts'
import { unlink } from './connection/unlink.ts'
import { notConnected } from './errors.ts'
import { Inbound } from './inbound.ts'
import { login } from './login.ts'
import { findPicture } from './media/group-picture.ts'
import type { UploadLimits } from './media/upload-http.ts'
import { openMedia } from './media.ts'
import { Outgoing } from './outgoing.ts'
import { Sent } from './send/sent.ts'
import { isPart, partId } from './send/transmit.ts'
import type { Ending } from './socket/ending.ts'
import { TIMING, type Timing } from './socket/timing.ts'
import type { Socket, SocketUpdate } from './socket.ts'

/** How long WhatsApp's server has for an answer, in milliseconds. */
const QUERY_MS = 10_000

export interface BaileysOptions extends WhatsAppOptions {
  /** For tests. */
  readonly timing?: Partial<Timing>
  readonly waitingMs?: number
  readonly uploadLimits?: UploadLimits
}

export const openBaileys = (options: BaileysOptions): WhatsAppConnection => new BaileysConnection(options)

/**
 * WhatsApp through Baileys: *unlinked* until somebody logs in. When started, *connecting* and *connected* alternate: a lost
 * socket is replaced after a pause (`reconnects.ts`). What ends it for good stands in `after-close.ts`.
 */
class BaileysConnection implements WhatsAppConnection {
  readonly name = 'whatsapp'
  readonly isPart = isPart
  readonly partId = partId
  readonly #options: BaileysOptions
  readonly #timing: Timing
  readonly #account: Account
  readonly #version: ClientVersion
  readonly #inbound: Inbound
  readonly #sent: Sent
  readonly #outgoing: Outgoing
  readonly #stop = new AbortController()
  readonly #reconnects: Reconnects
  #socket: Socket | undefined
  #status: NetworkStatus

  constructor(options: BaileysOptions) {
    this.#options = options
    this.#timing = { ...TIMING, ...options.timing }
    this.#reconnects = new Reconnects(this.#timing, this.#stop.signal, { sessions: options.sessions })
    this.#account = new Account(options.sessions)
    this.#version = new ClientVersion({ ...options, host: options.server?.mediaHost })
    this.#inbound = new Inbound({
      ...options,
      timing: this.#timing,
      me: () => this.#account.me,
      version: () => this.#version.current,
      findSent: (key, asking) => this.#sent.find(key, asking),
      onHopeless: reason => void this.#giveUp(reason),
    })
    this.#sent = new Sent({
      findMessage: options.findMessage,
      me: () => this.#account.me,
      lidOf: address => this.#inbound.book.lidOf(address),
      chatsOf: chat => this.#inbound.book.chatsOf(chat),
    })
    this.#outgoing = new Outgoing({
      ...options,
      mediaHost: options.server?.mediaHost,
      me: () => this.#account.me,
      socket: () => this.#openSocket,
      book: this.#inbound.book,
      tokenMs: this.#timing.token,
      now: () => this.time ?? Date.now(),
      sent: this.#sent,
    })
    this.#status = this.#account.isLinked
      ? this.#account.describe('stopped')
      : this.#account.describeUnlinked()
  }

  get status(): NetworkStatus {
    return { ...this.#status, ...this.#inbound.backlog.describe(this.#status.state === 'connected') }
  }

  get time(): number | undefined {
    return this.#inbound.time.now
  }

  async start(): Promise<void> {
    if (!this.#account.isLinked) return this.#change(this.#account.describeUnlinked())
    this.#inbound.replay()
    this.#connect()
  }

  async *login(options: LoginOptions = {}): AsyncIterable<LoginStep> {
    yield* login(options, {
      auth: () => this.#account.auth,
      reset: () => this.#account.forget(),
      open: onUpdate => this.#inbound.open(this.#account.auth, onUpdate),
      renewVersion: signal => this.#version.renew(signal),
      timing: this.#timing,
    })
    this.#version.accepted()
    this.#account.linked()
    this.#change(this.#account.describe('stopped'))
  }

  async logout(): Promise<boolean> {
    const socket = await this.#reach()
    // What the end of that socket asks for is done here.
    this.#stop.abort()
    const isTold = socket !== undefined && (await unlink(socket, this.#account.me.pn))
    await this.#close()
    await this.#inbound.finish()
    this.#account.wipe()
    this.#change(this.#account.describeUnlinked())
    return isTold
  }

  newMessageId(): string {
    return generateMessageIDV2(this.#account.me.pn)
  }

  async send(delivery: Delivery): Promise<void> {
    if (this.#openSocket === undefined) throw notConnected()
    await this.#outgoing.send(delivery)
  }

  change(change: Change): Promise<void> {
    return this.#outgoing.change(change)
  }

  openMedia(media: Media, signal: AbortSignal): Promise<Readable> {
    return openMedia(media, {
      signal,
      mediaHost: this.#options.server?.mediaHost,
      isAway: () => this.#status.state === 'connecting',
      reupload: source => this.#inbound.reupload(source, signal),
      findPicture: picture => findPicture(picture, node => this.#query(node)),
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
    // What only a person can change outlives the process: `wa2tg status` shows it.
    if (this.#status.needs !== 'person') this.#change(this.#account.describe('stopped'))
  }

  async #query(node: BinaryNode): Promise<BinaryNode | undefined> {
    return await this.#openSocket?.sock.query(node, QUERY_MS)
  }

  get #openSocket(): Socket | undefined {
    return this.#socket?.isOpen ? this.#socket : undefined
  }

  /** An open socket to say goodbye on. One that was never started gets fifteen seconds to open. */
  async #reach(): Promise<Socket | undefined> {
    if (this.#openSocket !== undefined) return this.#openSocket
    if (!this.#account.isLinked || this.#socket !== undefined || this.#status.state !== 'stopped')
      return undefined
    this.#connect()
    for (let tries = 0; tries < 300 && this.status.needs === undefined; tries += 1) {
      if (this.#openSocket !== undefined) break
      await sleep(50)
    }
    return this.#openSocket
  }

  async #close(): Promise<void> {
    this.#stop.abort()
    await this.#socket?.end()
    this.#socket = undefined
    await this.#inbound.stop()
  }

  #connect(): void {
    if (this.#stop.signal.aborted) return
    if (this.#status.state !== 'connecting') this.#change(this.#account.describe('connecting'))
    const socket = this.#inbound.open(this.#account.auth, update => this.#updated(socket, update))
    this.#socket = socket
  }

  #updated(socket: Socket, update: SocketUpdate): void {
    if (this.#stop.signal.aborted) return
    if (update.connection === 'open') {
      this.#version.accepted()
      this.#change(this.#account.describe('connected'))
      this.#inbound.fetchGroups(socket)
    }
    if (update.ending !== undefined) void this.#closed(socket, update.ending)
  }

  async #closed(socket: Socket, ending: Ending): Promise<void> {
    this.#socket = undefined
    const { signal } = this.#stop
    const next = isOutdated(ending) ? await this.#version.renew(signal) : afterClose(ending)
    if (signal.aborted) return
    if (next.do === 'stop') {
      if (next.state === 'logged_out') await this.#unlink(next.problem)
      if (signal.aborted) return
      this.#change({ ...this.#account.describe(next.state, next.problem), needs: 'person' })
      return
    }
    this.#change(this.#account.describe('connecting', next.problem))
    await this.#reconnects.again(
      () => this.#connect(),
      { openFor: socket.openFor, when: next.when },
      error => {
        this.#options.logger.error({ err: error }, 'The disk cannot be read; connecting later')
        this.#change(this.#account.describe('connecting', error.message))
      },
    )
  }

  /** What is wrong outlives connections: only a new process helps. */
  async #giveUp(reason: string): Promise<void> {
    if (this.#stop.signal.aborted) return
    const problem = `${reason}; wa2tg must be started again`
    this.#stop.abort()
    this.#change({ ...this.#account.describe('stopped', problem), needs: 'restart' })
    await this.#socket?.end(reason)
  }

  async #unlink(problem: string): Promise<void> {
    try {
      await this.#inbound.finish()
      if (!this.#stop.signal.aborted) this.#account.ended(problem)
    } catch (error) {
      this.#options.logger.error({ err: error }, 'The session could not be forgotten; the next start does it')
    }
  }

  #change(status: NetworkStatus): void {
    this.#status = status
    this.#options.inbox.changed(status)
  }
}
