import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ConnectionState, generateMessageIDV2 } from '@whiskeysockets/baileys'
import type { Media } from '../../bridge/event.ts'
import type { Delivery, NetworkStatus, SessionChange } from '../../bridge/network.ts'
import { reject } from '../../bridge/verdict.ts'
import { normalizeAddress } from '../address.ts'
import type { LoginOptions, LoginStep, WhatsAppConnection, WhatsAppOptions } from '../port.ts'
import { type AuthState, isLinked, openAuthState } from './auth-state.ts'
import type { Me } from './decode.ts'
import { afterClose, notConnected } from './errors.ts'
import { Inbound } from './inbound.ts'
import { type Link, TIMING, type Timing } from './link.ts'
import { login } from './login.ts'
import { openMedia } from './media.ts'
import { Outgoing } from './outgoing.ts'
import { Sent } from './sent.ts'
import type { UploadLimits } from './upload-http.ts'

export interface BaileysOptions extends WhatsAppOptions {
  /** For tests. */
  readonly timing?: Partial<Timing>
  readonly waitingMs?: number
  readonly uploadLimits?: UploadLimits
}

export const openBaileys = (options: BaileysOptions): WhatsAppConnection => new BaileysConnection(options)

const META = 'meta'
/** Says that WhatsApp has unlinked this machine, and in which words; there until the next login. */
const LOGGED_OUT = 'logged-out'

/**
 * WhatsApp through Baileys.
 *
 * *unlinked* until somebody logs in. When started, *connecting* and *connected* alternate: a lost socket is replaced
 * after a pause that doubles up to five minutes (at once when WhatsApp asks for it). Two ends need a person:
 * *logged_out* (unlinked at the phone), and *stopped* because another program uses the link or the account is blocked.
 */
class BaileysConnection implements WhatsAppConnection {
  readonly name = 'whatsapp'
  readonly #options: BaileysOptions
  readonly #timing: Timing
  readonly #inbound: Inbound
  readonly #sent: Sent
  readonly #outgoing: Outgoing
  readonly #stop = new AbortController()
  #auth: AuthState
  #link: Link | undefined
  #status: NetworkStatus
  #attempt = 0

  constructor(options: BaileysOptions) {
    this.#options = options
    this.#timing = { ...TIMING, ...options.timing }
    this.#auth = openAuthState(options.sessions)
    this.#inbound = new Inbound({
      ...options,
      timing: this.#timing,
      me: () => this.#me,
      findSent: (jid, id) => this.#sent.find(jid, id),
    })
    this.#sent = new Sent({
      findMessage: options.findMessage,
      lidOf: address => this.#inbound.book.lidOf(address),
    })
    this.#outgoing = new Outgoing({
      ...options,
      mediaHost: options.server?.mediaHost,
      me: () => this.#me,
      link: () => this.#openLink,
      sent: this.#sent,
    })
    this.#status = this.#isLinked ? this.#describe('stopped') : this.#unlinked
  }

  get status(): NetworkStatus {
    return this.#status
  }

  async start(): Promise<void> {
    if (this.#isLinked) {
      this.#inbound.replay()
      this.#connect()
    } else {
      this.#change(this.#unlinked)
    }
  }

  async *login(options: LoginOptions = {}): AsyncIterable<LoginStep> {
    yield* login(options, {
      auth: () => this.#auth,
      reset: () => this.#forget([]),
      open: onUpdate => this.#inbound.open(this.#auth, onUpdate),
      timing: this.#timing,
    })
    this.#options.sessions.set([{ type: META, id: LOGGED_OUT, value: null }])
    this.#change(this.#describe('stopped'))
  }

  async logout(): Promise<void> {
    const link = await this.#reach()
    if (link !== undefined) {
      const goodbye = link.sock.logout().catch(() => undefined)
      await Promise.race([goodbye, sleep(5000, undefined, { ref: false })])
    }
    await this.#close()
    this.#options.sessions.clear()
    this.#auth = openAuthState(this.#options.sessions)
    this.#change(this.#unlinked)
  }

  newMessageId(): string {
    return generateMessageIDV2(this.#auth.state.creds.me?.id)
  }

  async send(delivery: Delivery): Promise<void> {
    if (this.#openLink === undefined) throw notConnected()
    await this.#outgoing.send(delivery)
  }

  async change(): Promise<void> {
    throw reject('Changes of messages cannot go to WhatsApp yet')
  }

  openMedia(media: Media, signal: AbortSignal): Promise<Readable> {
    return openMedia(media, { signal, mediaHost: this.#options.server?.mediaHost })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
    if (this.#isLinked) this.#change(this.#describe('stopped'))
  }

  get #openLink(): Link | undefined {
    return this.#link?.isOpen ? this.#link : undefined
  }

  get #isLinked(): boolean {
    return isLinked(this.#auth.state.creds)
  }

  get #me(): Me {
    const { id = '', lid } = this.#auth.state.creds.me ?? {}
    return { pn: id, ...(lid !== undefined && { lid }) }
  }

  /** An open socket to say goodbye on. One that was never started gets fifteen seconds to open. */
  async #reach(): Promise<Link | undefined> {
    if (this.#openLink !== undefined) return this.#openLink
    if (!this.#isLinked || this.#link !== undefined || this.#status.state !== 'stopped') return undefined
    this.#connect()
    const end = Date.now() + 15_000
    while (this.#openLink === undefined && this.status.state !== 'logged_out' && Date.now() < end)
      await sleep(50)
    return this.#openLink
  }

  async #close(): Promise<void> {
    this.#stop.abort()
    await this.#link?.end()
    this.#link = undefined
    await this.#inbound.stop()
  }

  #connect(): void {
    if (this.#stop.signal.aborted) return
    if (this.#status.state !== 'connecting') this.#change(this.#describe('connecting'))
    const link = this.#inbound.open(this.#auth, update => this.#updated(link, update))
    this.#link = link
  }

  #updated(link: Link, update: Partial<ConnectionState>): void {
    if (this.#stop.signal.aborted) return
    if (update.connection === 'open') {
      this.#attempt = 0
      this.#change(this.#describe('connected'))
      this.#inbound.fetchGroups(link)
    }
    if (update.connection === 'close') this.#closed(update.lastDisconnect?.error)
  }

  #closed(error: unknown): void {
    const next = afterClose(error)
    this.#link = undefined
    if (next.do === 'stop') {
      if (next.state === 'logged_out') this.#unlink(next.problem)
      this.#change(this.#describe(next.state, next.problem))
      return
    }
    this.#change(this.#describe('connecting', next.problem))
    if (next.now) {
      this.#connect()
      return
    }
    const { firstPause, longestPause } = this.#timing
    const pause = Math.min(longestPause, firstPause * 2 ** this.#attempt) * (0.5 + Math.random())
    this.#attempt += 1
    sleep(pause, undefined, { signal: this.#stop.signal }).then(
      () => this.#connect(),
      () => undefined,
    )
  }

  /** The keys are worth nothing any more, and would keep the next login from beginning. */
  #unlink(problem: string): void {
    try {
      this.#forget([{ type: META, id: LOGGED_OUT, value: problem }])
    } catch (error) {
      this.#options.logger.error({ err: error }, 'The session could not be forgotten; the next start does it')
    }
  }

  #forget(alongside: readonly SessionChange[]): void {
    const { sessions } = this.#options
    sessions.transaction(() => {
      this.#auth.forget()
      this.#inbound.forget()
      sessions.set(alongside)
    })
    this.#auth = openAuthState(sessions)
  }

  get #unlinked(): NetworkStatus {
    const problem = this.#options.sessions.get(META, LOGGED_OUT)
    return problem === undefined ? { state: 'unlinked' } : { state: 'logged_out', problem }
  }

  #describe(state: NetworkStatus['state'], problem?: string): NetworkStatus {
    const { me } = this.#auth.state.creds
    const account = this.#isLinked ? normalizeAddress(me?.id) : undefined
    return {
      state,
      ...(account !== undefined && { account }),
      ...(account !== undefined && me?.name && { name: me.name }),
      ...(problem !== undefined && { problem }),
    }
  }

  #change(status: NetworkStatus): void {
    this.#status = status
    this.#options.inbox.changed(status)
  }
}
