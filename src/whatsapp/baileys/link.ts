import {
  type AuthenticationCreds,
  type BinaryNode,
  type ConnectionState,
  DEFAULT_CONNECTION_CONFIG,
  type GroupMetadata,
  makeWASocket,
  type SocketConfig,
  type WASocket,
} from '@whiskeysockets/baileys'
import { DeliveryError, retry } from '../../bridge/verdict.ts'
import type { Logger } from '../../support/log.ts'
import type { AuthState } from './auth-state.ts'
import { containRejections, handleInOrder } from './contain.ts'
import { enforceTrust } from './trust.ts'

export type AckAnswer = 'closed' | 'silence' | 'aborted' | { readonly error?: string }

export interface LinkOptions {
  readonly auth: AuthState
  readonly server?: { readonly url: string; readonly rootKey: string }
  readonly logger: Logger
  readonly makeSignalRepository: SocketConfig['makeSignalRepository']
  readonly getMessage: SocketConfig['getMessage']
  /** Every message stanza, before Baileys handles it. */
  readonly onMessage: (node: BinaryNode) => void
  /** Resolves when everything that came before a stanza has been decrypted, or need not be waited for. */
  readonly before: (node: BinaryNode) => Promise<void>
  readonly onUpdate: (update: Partial<ConnectionState>) => void
  readonly timing: Timing
}

/** Milliseconds. */
export interface Timing {
  /** Until the server must have acknowledged a message. */
  readonly ack: number
  /** Until a socket must have logged in. */
  readonly open: number
  /** After which silence of the server's own means that the socket has gone deaf. */
  readonly deaf: number
  /** The first pause before a reconnect; doubles up to `longestPause`. */
  readonly firstPause: number
  readonly longestPause: number
}

export const TIMING: Timing = {
  ack: 30_000,
  open: 90_000,
  deaf: 60 * 60_000,
  firstPause: 1000,
  longestPause: 5 * 60_000,
}

/** As WhatsApp shows it in the list of linked devices: system and program. */
const BROWSER: [string, string, string] = ['Linux', 'Chrome', '1.0']
/** Stanzas that the server sends by itself. Answers to pings come on a deaf socket as well. */
const SPEAKS: ReadonlySet<string> = new Set(['message', 'receipt', 'notification', 'presence', 'call', 'ib'])

/** One socket, from connect to close. */
export class Link {
  readonly sock: WASocket
  readonly openedAt = Date.now()
  readonly #options: LinkOptions
  readonly #acks = new Map<string, (answer: AckAnswer) => void>()
  readonly #groups = new Map<string, GroupMetadata>()
  readonly #existing = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #isLoggedIn = false
  #isClosed = false

  constructor(options: LinkOptions) {
    const { auth, server, logger, timing } = options
    this.#options = options
    enforceTrust(server?.rootKey)
    this.sock = makeWASocket({
      ...DEFAULT_CONNECTION_CONFIG,
      auth: auth.state,
      logger,
      browser: BROWSER,
      ...(server !== undefined && { waWebSocketUrl: server.url }),
      // The phone stops ringing for chats while a linked device says that it is online.
      markOnlineOnConnect: false,
      syncFullHistory: false,
      emitOwnEvents: false,
      transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 100 },
      makeSignalRepository: options.makeSignalRepository,
      getMessage: options.getMessage,
      cachedGroupMetadata: jid => this.group(jid),
    })
    this.#listen()
    this.#watch(timing.open)
  }

  /** Whether what comes in can still be acknowledged. */
  get isAlive(): boolean {
    return !this.#isClosed && this.sock.ws.isOpen
  }

  get isOpen(): boolean {
    return this.#isLoggedIn && !this.#isClosed && this.sock.ws.isOpen
  }

  /**
   * Closes the socket; resolves when it is closed. What Baileys still holds in its buffer is handed out first (it would
   * be thrown away). From now on nothing can be acknowledged.
   */
  async end(reason?: string): Promise<void> {
    if (this.#isClosed) return
    this.sock.ev.flush()
    const { socket } = this.sock.ws as unknown as { socket?: { terminate(): void } | null }
    // Baileys waits for the other side to say goodbye, too.
    const timer = setTimeout(() => socket?.terminate(), 1000)
    await this.sock.end(reason === undefined ? undefined : new Error(reason))
    clearTimeout(timer)
  }

  /** A group's members; asked for once per connection and again after every change. */
  async group(jid: string): Promise<GroupMetadata> {
    const known = this.#groups.get(jid)
    if (known !== undefined) return known
    const found = await this.sock.groupMetadata(jid)
    this.#groups.set(jid, found)
    return found
  }

  /** Rejects with a verdict when WhatsApp knows no account with this number: a guess must not look like a delivery. */
  async assertExists(jid: string): Promise<void> {
    if (this.#existing.has(jid)) return
    const found = await this.sock.onWhatsApp(jid).catch((error: unknown) => {
      throw retry('WhatsApp did not say whether the number has an account', error)
    })
    if (found === undefined) throw retry('WhatsApp did not say whether the number has an account')
    if (!found.some(({ exists }) => exists)) {
      throw new DeliveryError({ kind: 'reject' }, 'There is no WhatsApp account with this number', {
        chatUnreachable: true,
      })
    }
    this.#existing.add(jid)
  }

  /** Waits for the server's ack of a message that is about to be sent. */
  awaitAck(id: string, signal: AbortSignal): { answer: Promise<AckAnswer>; cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<AckAnswer>()
    const onAbort = () => settle('aborted')
    const timer = setTimeout(() => settle('silence'), this.#options.timing.ack)
    const settle = (answer: AckAnswer): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      this.#acks.delete(id)
      resolve(answer)
    }
    this.#acks.set(id, settle)
    signal.addEventListener('abort', onAbort)
    if (this.#isClosed) settle('closed')
    if (signal.aborted) settle('aborted')
    return { answer: promise, cancel: () => settle('closed') }
  }

  #listen(): void {
    const { ev, ws } = this.sock
    const { auth, onMessage, onUpdate } = this.#options
    containRejections(ws, (event, error) => {
      this.#options.logger.warn(error, `A listener of "${event}" failed`)
      // What cannot be read once cannot be read again: the cipher of the connection counts frames.
      if (event === 'message') void this.end('A frame could not be read')
    })
    handleInOrder(ws, node => this.#options.before(node))
    // Registered first in line: the envelope must be known when Baileys decrypts.
    ws.prependListener('CB:message', onMessage)
    ws.on('CB:ack,class:message', ({ attrs }: BinaryNode) => {
      this.#acks.get(attrs['id'] ?? '')?.(attrs['error'] === undefined ? {} : { error: attrs['error'] })
    })
    ws.on('frame', (frame: unknown) => {
      if (this.#isLoggedIn && SPEAKS.has((frame as BinaryNode).tag)) this.#watch(this.#options.timing.deaf)
    })
    this.#keepCreds(auth)
    ev.on('group-participants.update', ({ id }) => this.#groups.delete(id))
    ev.on('groups.update', groups => {
      for (const { id } of groups) if (id !== undefined) this.#groups.delete(id)
    })
    ev.on('connection.update', update => {
      if (update.connection === 'open') {
        this.#isLoggedIn = true
        this.#watch(this.#options.timing.deaf)
      }
      if (update.connection === 'close') this.#closed()
      onUpdate(update)
    })
  }

  /**
   * Takes the place of Baileys' own listeners of `creds.update`: theirs (lib/Socket/socket.js) sends a `presence` stanza
   * without type at every change of credentials, which shows the account online.
   */
  #keepCreds(auth: AuthState): void {
    const { sock } = this
    sock.ev.removeAllListeners('creds.update')
    sock.ev.on('creds.update', update => {
      const before = auth.state.creds.me?.name
      if (!this.#save(update)) return
      const name = auth.state.creds.me?.name
      // Without a name Baileys could not say "unavailable" when the connection opened.
      if (name !== undefined && name !== before && this.isOpen) {
        sock.sendPresenceUpdate('unavailable').catch(() => undefined)
      }
      if (update.myAppStateKeyId !== undefined && this.isOpen) {
        const all = [
          'critical_block',
          'critical_unblock_low',
          'regular_high',
          'regular_low',
          'regular',
        ] as const
        sock.resyncAppState(all, false).catch(() => undefined)
      }
    })
  }

  #save(update: Partial<AuthenticationCreds>): boolean {
    if (this.#isClosed) return false
    try {
      this.#options.auth.saveCreds(update)
      return true
    } catch {
      void this.end('The disk does not take the credentials')
      return false
    }
  }

  #closed(): void {
    this.sock.ev.flush()
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const settle of [...this.#acks.values()]) settle('closed')
    // Baileys takes the listeners of "close" away from queries that still wait, but not those of "error": without this
    // they would wait for a minute.
    this.sock.ws.emit('error', new Error('Connection Closed'))
  }

  #watch(milliseconds: number): void {
    clearTimeout(this.#timer)
    if (this.#isClosed) return
    this.#timer = setTimeout(() => void this.end('WhatsApp has been silent for too long'), milliseconds)
    this.#timer.unref()
  }
}
