import type { BinaryNode, GroupMetadata, WAVersion } from '@whiskeysockets/baileys'
import { StoreError } from '../../bridge/store-error.ts'
import { ToldTime } from '../../support/clock.ts'
import type { WhatsAppOptions } from '../port.ts'
import { notConnected } from './errors.ts'
import { Backlog } from './inbound/backlog.ts'
import { Book } from './inbound/book.ts'
import { ChannelNames } from './inbound/channel-names.ts'
import { fetchDirtyGroups, fetchGroups, refreshGroup } from './inbound/fetch-groups.ts'
import { fillBook } from './inbound/fill-book.ts'
import { Intake } from './inbound/intake.ts'
import { Journal } from './inbound/journal.ts'
import { hearReceipts } from './inbound/receipts.ts'
import { Receiver } from './inbound/receiver.ts'
import { Standings } from './inbound/standings.ts'
import { tellOfDamage } from './inbound/tell-of-damage.ts'
import { Tidy } from './inbound/tidy.ts'
import { holdAppState } from './keys/app-state.ts'
import { type AuthState, watchDisk } from './keys/auth-state.ts'
import { journalledRepository, Turns } from './keys/repository.ts'
import type { Me } from './me.ts'
import { Reuploads } from './media/reupload.ts'
import type { MediaSource } from './media/source.ts'
import { isTold, newIdentity } from './parse/notifications.ts'
import type { Sent } from './send/sent.ts'
import { Hearing } from './socket/hearing.ts'
import { HeldBack } from './socket/held-back.ts'
import { disarmNames } from './socket/plain-names.ts'
import { quietLogger } from './socket/quiet-logger.ts'
import type { Timing } from './socket/timing.ts'
import { Socket, type SocketUpdate } from './socket.ts'

export interface InboundOptions extends WhatsAppOptions {
  readonly timing: Timing
  readonly waitingMs?: number
  readonly me: () => Me
  readonly version: () => WAVersion
  /** What we sent under an id, for devices that could not decrypt it. */
  readonly findSent: Sent['find']
  /** Only a new process helps. */
  readonly onHopeless: (reason: string) => void
}

/** Everything that comes in, over however many sockets. */
export class Inbound {
  readonly book: Book
  readonly #options: InboundOptions
  readonly #journal: Journal
  readonly #receiver: Receiver
  readonly #intake: Intake
  readonly backlog = new Backlog(() => this.#intake.isIdle)
  readonly #tidy: Tidy
  readonly #turns = new Turns(() => this.#socket?.watchdog?.moved())
  readonly #reuploads: Reuploads
  readonly #hearing: Hearing
  readonly #heldBack: HeldBack
  readonly time = new ToldTime()
  readonly #standings: Standings
  #socket: Socket | undefined

  constructor(options: InboundOptions) {
    const { sessions, inbox, logger } = options
    this.#options = options
    this.#journal = new Journal(sessions)
    this.#reuploads = new Reuploads(options.timing.reupload)
    this.book = new Book({ ...options, time: this.time })
    const channels = new ChannelNames({ book: this.book, socket: () => this.#socket, logger })
    this.#receiver = new Receiver({
      ...options,
      journal: this.#journal,
      book: this.book,
      meetChannel: jid => channels.meet(jid),
      refreshAdmins: group => this.#refreshAdmins(group),
    })
    this.#intake = new Intake({
      journal: this.#journal,
      consume: async opened => {
        await this.#receiver.opened(opened)
        const { attrs, parts } = opened.envelope
        const isMessage = parts[0]?.tag !== 'notification' && parts[0]?.tag !== 'call'
        if (isMessage && attrs['offline'] !== undefined) this.backlog.handed()
      },
      giveUp: envelope => this.#receiver.giveUp(envelope),
      onError: error => {
        this.book.doubt()
        logger.error({ err: error }, 'A message could not be stored; it is tried again')
      },
    })
    this.#standings = new Standings({ inbox, logger, time: this.time })
    this.#hearing = new Hearing(options.timing.hearing)
    this.#heldBack = new HeldBack(options.timing.hearing.slack)
    this.#tidy = new Tidy({
      prune: before => this.#journal.prune(before),
      onError: error => logger.warn({ err: error }, 'What is done could not be cleared away'),
    })
  }

  /** Hands over what an earlier run had received but not handed over. */
  replay(): void {
    tellOfDamage(this.#journal, this.#options)
    this.#intake.replay()
  }

  /** Opens a socket whose messages come in here. */
  open(auth: AuthState, onUpdate: (update: SocketUpdate) => void): Socket {
    const { logger, server, timing, findSent, me, version } = this.#options
    this.#intake.connecting()
    disarmNames()
    const disk = watchDisk(auth)
    const socket: Socket = new Socket({
      auth: holdAppState(disk),
      timing,
      time: this.time,
      logger: quietLogger(logger),
      ...(server !== undefined && { server }),
      version: version(),
      makeSignalRepository: journalledRepository(this.#journal, this.#turns, {
        isAlive: () => socket.isAlive,
        isMyself: jid => [me().pn, me().lid].includes(jid),
        opened: hash => {
          socket.watchdog?.moved()
          this.#intake.opened(hash)
        },
        failed: (hash, error) => {
          socket.watchdog?.moved()
          this.#intake.failed(hash, error)
        },
        renewed: (jid, identity) => this.#observe(socket, newIdentity(jid, identity, this.time.now)),
        forged: () => logger.warn('WhatsApp gave keys that do not verify; nothing is encrypted with them'),
      }),
      findSent,
      onStanza: node => this.#observe(socket, node),
      onHandled: node => this.#intake.handled(node),
      onBacklog: messages => this.backlog.announce(messages),
      watch: {
        times: timing.watch,
        hearing: this.#hearing,
        untold: timing.untold,
        queues: [{ name: 'Signal steps', shared: true, pass: () => this.#turns.take(async () => undefined) }],
        onHopeless: this.#options.onHopeless,
      },
      onUpdate: update => {
        if (update.receivedPendingNotifications) this.#caughtUp(socket)
        if (update.connection === 'close') {
          this.#heldBack.closed(socket.since, socket.watchdog && this.time.at(socket.watchdog.heardAt))
          this.backlog.cut()
          this.#intake.closed()
        }
        onUpdate(update)
      },
    })
    disk.onRefusal(error => {
      // What Baileys is still at when its socket is gone may find the file closed.
      if (socket.isClosed) return
      logger.error({ err: error }, 'The disk does not take messages; disconnecting until it does')
      void socket.end('The disk does not take messages', error)
    })
    this.#listen(socket)
    fetchDirtyGroups(socket, { ...this.#options, book: this.book })
    this.#socket = socket
    return socket
  }

  async #refreshAdmins(group: string): Promise<boolean> {
    const keep = (found: GroupMetadata) => this.#safely(() => this.book.groups([found], { isAnswer: true }))
    return this.#socket?.isOpen === true && (await refreshGroup(this.#socket, group, keep))
  }

  /** Until they are known: later changes come as events. */
  fetchGroups(socket: Socket): void {
    fetchGroups(socket, { ...this.#options, book: this.book })
  }

  /** The account goes: what came for it is handed over while we know whose it is, and no key changes. Rejects where that cannot be. */
  async finish(): Promise<void> {
    await this.#turns.stop()
    await this.#intake.finish()
    this.#receiver.finish()
  }

  /** Resolves when nothing is being handed over any more, and no key changes. */
  async stop(): Promise<void> {
    await this.#turns.stop()
    await this.#intake.stop()
    this.#receiver.stop()
    this.#tidy.stop()
  }

  #caughtUp(socket: Socket): void {
    this.#intake.caughtUp()
    this.backlog.over()
    this.#tidy.caughtUp(socket)
    const missed = this.#heldBack.take()
    if (!this.#hearing.judge(missed)) return
    this.#options.logger.warn({ missed }, 'WhatsApp had held back messages; a new connection brought them')
    if (this.#hearing.isHopeless) this.#options.onHopeless('WhatsApp holds messages back again and again')
  }

  #observe(socket: Socket, node: BinaryNode): void {
    try {
      this.#standings.observe(node)
      if (node.tag === 'notification' && !isTold(node, this.#options)) return
      this.#heldBack.observe(node)
      if (node.tag === 'message') this.#intake.observe(node)
      else this.#intake.observeWhole(node)
    } catch (error) {
      if (error instanceof StoreError) {
        // Not on disk, so it must not be acknowledged: it comes again on the next connection.
        this.#options.logger.error({ err: error }, 'What came in could not be stored; disconnecting')
        void socket.end('What came in could not be stored', error)
      } else {
        // It would come again and again, and nothing else would.
        this.#options.logger.error({ err: error }, 'What came in could not be read')
        this.#safely(() => this.#receiver.unreadable(node))
      }
    }
  }

  /** Where a file lies that the phone has put up again. Throws `DeliveryError`. */
  reupload(source: MediaSource, signal: AbortSignal): Promise<string> {
    if (!this.#socket?.isOpen) throw notConnected()
    return this.#reuploads.ask(source, { socket: this.#socket, me: this.#options.me().pn, signal })
  }

  #listen({ sock }: Socket): void {
    const { book } = this
    const { receipts, inbox } = this.#options
    if (receipts)
      hearReceipts(sock, { book, receive: arrivals => this.#safely(() => inbox.receive(arrivals)) })
    this.#standings.listen(sock)
    fillBook(sock, book, work => this.#safely(work))
    sock.ev.on('messages.media-update', updates => {
      for (const update of updates) {
        if (!this.#reuploads.answered(update)) this.#safely(() => this.#receiver.fileCame(update))
      }
    })
  }

  /** A listener that throws would throw into Baileys. Says whether it is stored. */
  #safely(work: () => void): boolean {
    try {
      this.#options.sessions.transaction(work)
      return true
    } catch (error) {
      this.book.doubt()
      this.#options.logger.error({ err: error }, 'Something that WhatsApp told could not be stored')
      return false
    }
  }
}
