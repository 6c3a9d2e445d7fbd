import {
  type BinaryNode,
  type ConnectionState,
  DEFAULT_CONNECTION_CONFIG,
  makeWASocket,
  type SocketConfig,
  type WAMessageKey,
  type WASocket,
  type WAVersion,
} from '@whiskeysockets/baileys'
import type { ToldTime } from '../../support/clock.ts'
import type { Logger } from '../../support/log.ts'
import { proxyAgent } from '../proxy-agent.ts'
import type { SocketAuth } from './keys/app-state.ts'
import { dropUnusable } from './keys/left-out.ts'
import { learnFromReceipts, learnLid } from './keys/lid-lookup.ts'
import { hearNewIdentities } from './keys/new-identity.ts'
import { enforceTrust } from './keys/trust.ts'
import type { Sent } from './send/sent.ts'
import { Acks, type AwaitedAck } from './socket/acks.ts'
import { answerRetries } from './socket/answer-retries.ts'
import { catchUp } from './socket/catch-up.ts'
import { clearOwnCopy } from './socket/clear-own-copy.ts'
import { containRejections, handleInTurn } from './socket/contain.ts'
import { keepCreds } from './socket/creds.ts'
import { Devices } from './socket/devices.ts'
import { Downloads } from './socket/downloads.ts'
import { type Ending, hearEnding } from './socket/ending.ts'
import { Groups } from './socket/groups.ts'
import { hearLinking } from './socket/linking.ts'
import { Numbers } from './socket/numbers.ts'
import type { Timing } from './socket/timing.ts'
import { type SocketWatch, watchSocket } from './socket/watch-socket.ts'
import type { Watchdog } from './socket/watchdog.ts'

export interface SocketOptions {
  readonly auth: SocketAuth
  readonly server?: { readonly url: string; readonly rootKey: string; readonly mediaHost?: string }
  readonly version: WAVersion
  readonly logger: Logger
  readonly makeSignalRepository: SocketConfig['makeSignalRepository']
  /** What we sent under an id, for devices that could not decrypt it. */
  readonly findSent: Sent['find']
  /** Every message, notification and call, before Baileys handles and acknowledges it. */
  readonly onStanza: (node: BinaryNode) => void
  /** Baileys is done with a message: what of it was not decrypted by now never will be. Says whether all of it is on disk. */
  readonly onHandled: (node: BinaryNode) => boolean
  readonly onUpdate: (update: SocketUpdate) => void
  /** So many messages wait on the server. */
  readonly onBacklog: (messages: number) => void
  readonly timing: Timing
  readonly watch: SocketWatch
  /** Is told what time it is at WhatsApp. */
  readonly time: ToldTime
}

/** What Baileys says of the connection, and with `close` how it ended. */
export type SocketUpdate = Partial<ConnectionState> & { readonly ending?: Ending }

/** As WhatsApp shows it in the list of linked devices: system and program. */
const BROWSER: [string, string, string] = ['Linux', 'Chrome', '1.0']
/** Stanzas that the server passes on to us. Answers come on a deaf connection as well. */
const PASSED_ON: ReadonlySet<string> = new Set([
  'message',
  'receipt',
  'notification',
  'call',
  'presence',
  'chatstate',
])

/** One socket, from connect to close. */
export class Socket {
  readonly sock: WASocket
  readonly groups: Groups
  readonly numbers: Numbers
  readonly devices: Devices
  readonly openedAt = Date.now()
  /** Since when it has been logged in, by the server's clock, in milliseconds since 1970. */
  since: number | undefined
  /** From its login on. */
  watchdog: Watchdog | undefined
  readonly #options: SocketOptions
  readonly #acks: Acks
  readonly #timer: NodeJS.Timeout
  /** On the clock that nobody sets, in milliseconds. */
  #loggedInAt: number | undefined
  #isClosed = false
  #handledAll: () => Promise<void> = () => Promise.resolve()
  #pairsHeard: () => Promise<void> = () => Promise.resolve()

  constructor(options: SocketOptions) {
    const { auth, server, logger, timing } = options
    this.#options = options
    this.#acks = new Acks(timing.ack)
    enforceTrust(server?.rootKey)
    const url = server?.url ?? DEFAULT_CONNECTION_CONFIG.waWebSocketUrl
    const agent = proxyAgent(url)
    this.sock = makeWASocket({
      ...DEFAULT_CONNECTION_CONFIG,
      auth: auth.state,
      logger,
      version: options.version,
      browser: BROWSER,
      waWebSocketUrl: url,
      ...(agent !== undefined && { agent: agent as NonNullable<SocketConfig['agent']> }),
      ...new Downloads(server?.mediaHost).options,
      // The phone stops ringing for chats while a linked device says that it is online.
      markOnlineOnConnect: false,
      syncFullHistory: false,
      emitOwnEvents: false,
      // Baileys would pause behind every request for a message that it could not decrypt, and all messages with it.
      retryRequestDelayMs: 0,
      transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 100 },
      makeSignalRepository: options.makeSignalRepository,
      cachedGroupMetadata: jid => this.groups.find(jid),
    })
    this.groups = new Groups(this.sock, timing.rest)
    this.numbers = new Numbers(this.sock)
    this.devices = new Devices(this.sock)
    this.#listen()
    this.#timer = setTimeout(() => void this.end('WhatsApp did not let us in in time'), timing.open).unref()
  }

  /** Whether what comes in can still be acknowledged. */
  get isAlive(): boolean {
    return !this.#isClosed && this.sock.ws.isOpen
  }

  /** For how long it has been logged in, in milliseconds. */
  get openFor(): number {
    return this.#loggedInAt === undefined ? 0 : performance.now() - this.#loggedInAt
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get isOpen(): boolean {
    return this.#loggedInAt !== undefined && !this.#isClosed && this.sock.ws.isOpen
  }

  /**
   * Closes the socket; resolves when it is closed. What Baileys still holds in its buffer is handed out first (it would
   * be thrown away). From now on, at once, nothing can be acknowledged or sent.
   */
  async end(reason?: string, cause?: unknown): Promise<void> {
    if (this.#isClosed) return
    this.sock.ev.flush()
    const { socket } = this.sock.ws as unknown as { socket?: { terminate(): void } | null }
    // Baileys waits for the other side to say goodbye, too.
    const timer = setTimeout(() => socket?.terminate(), 1000)
    await this.sock.end(reason === undefined ? undefined : new Error(reason, { cause }))
    clearTimeout(timer)
  }

  /** Waits for the server's ack of a message that is about to be sent. */
  awaitAck(id: string, signal: AbortSignal): AwaitedAck {
    return this.#acks.wait(id, signal)
  }

  /** Resolves when Baileys is done with all messages that have come so far. */
  handledAll(): Promise<void> {
    return this.#handledAll()
  }

  async #findSent(key: WAMessageKey): ReturnType<Sent['find']> {
    await this.#pairsHeard()
    return await this.#options.findSent(key, {
      group: jid => this.groups.find(jid),
      learnLid: pn => learnLid(this.sock, pn),
    })
  }

  #listen(): void {
    const { ev, ws } = this.sock
    const { auth, onStanza, onHandled, onUpdate, onBacklog, timing, watch } = this.#options
    const lastWord = hearEnding(ws)
    const onError = (event: string, error: unknown): void => {
      this.#options.logger.warn(error, `A listener of "${event}" failed`)
      // What cannot be read once cannot be read again: the cipher of the connection counts frames.
      if (event === 'message') void this.end('A frame could not be read')
    }
    containRejections(ws, onError)
    hearNewIdentities(this.sock)
    const handled = (node: BinaryNode) => onHandled(node) && clearOwnCopy(this.sock, node)
    this.#handledAll = handleInTurn(ws, { isAlive: () => this.isAlive, handled, onError })
    // First in line: the envelope must be known when Baileys decrypts, and on disk what it acknowledges.
    for (const tag of ['message', 'notification', 'call']) ws.prependListener(`CB:${tag}`, onStanza)
    ws.prependListener('CB:success', ({ attrs }: BinaryNode) => {
      this.since = Number(attrs['t']) * 1000
      this.#options.time.tell(this.since)
      watch.hearing.opened()
    })
    ws.on('CB:ack,class:message', ({ attrs }: BinaryNode) => {
      // It may be refused because the group is another one by now than the one that we know.
      if (attrs['error'] !== undefined) this.groups.forget(attrs['from'] ?? '')
      if (attrs['error'] === undefined) watch.hearing.sent()
      this.#acks.take(attrs)
    })
    // Baileys listens to this without doing anything, which keeps `ws` from giving up (lib/Socket/Client/websocket.js).
    ws.on('unexpected-response', (request: { destroy(): void }, { statusCode }: { statusCode?: number }) => {
      request.destroy()
      void this.end(`Something on the way to WhatsApp answered with HTTP ${statusCode}`)
    })
    ws.on('frame', dropUnusable)
    ws.on('frame', (frame: unknown) => {
      this.watchdog?.frame()
      const { tag, attrs } = frame as BinaryNode
      if (PASSED_ON.has(tag) && attrs['offline'] === undefined) {
        watch.hearing.heard()
        this.#options.time.tellAtLeast(Number(attrs['t']) * 1000)
      }
      if (attrs?.['category'] === 'peer') this.watchdog?.bePatient()
    })
    keepCreds(this, auth)
    const withSecret = hearLinking(this.sock, auth, {
      show: onUpdate,
      refused: error => void this.end(error.message, error),
    })
    catchUp(this.sock, { timing, handledAll: this.#handledAll, announced: onBacklog, onError })
    answerRetries(this, auth, { find: key => this.#findSent(key), timing, time: this.#options.time })
    this.#pairsHeard = learnFromReceipts(this.sock)
    ev.on('connection.update', update => {
      if (update.connection === 'open') {
        this.#loggedInAt = performance.now()
        clearTimeout(this.#timer)
        this.watchdog = watchSocket(
          { sock: this.sock, handledAll: this.#handledAll, end: reason => void this.end(reason) },
          watch,
        )
      }
      if (update.connection !== 'close') return onUpdate(withSecret(update))
      this.#closed()
      onUpdate({ ...update, ending: lastWord() ?? { by: 'silence', error: update.lastDisconnect?.error } })
    })
  }

  #closed(): void {
    this.sock.ev.flush()
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.watchdog?.stop()
    this.#acks.close()
    // Baileys takes the listeners of "close" away from queries that still wait, but not those of "error": without this
    // they would wait for a minute.
    this.sock.ws.emit('error', new Error('Connection Closed'))
  }
}
