import { type BinaryNode, decodeBinaryNode, type WAMessage } from '@whiskeysockets/baileys'
import type { MessageRef } from '../../../bridge/chat-ref.ts'
import { type Content, isMessage } from '../../../bridge/event.ts'
import type { Arrival, Inbox, SessionChange, SessionStore } from '../../../bridge/network.ts'
import type { Logger } from '../../../support/log.ts'
import { decodeHead, decodeOpened } from '../decode.ts'
import { type MediaUpdate, relocate } from '../media/reupload.ts'
import { readCall, tellCall } from '../parse/calls.ts'
import { type ParseContext, readRaw } from '../parse/context.ts'
import { noticesIn, pairsIn, subjectIn } from '../parse/notifications.ts'
import { type Parsed, parseHead, parseMessage } from '../parse.ts'
import type { Book } from './book.ts'
import { EarlyChanges } from './early-changes.ts'
import type { Opened } from './intake.ts'
import type { Journal } from './journal.ts'
import { Waiting } from './waiting.ts'

/** Baileys' words for "decrypted before, or never decryptable" (lib/Utils/decode-wa-message.js). */
const USED_ALREADY = 'Key used already or never filled'

export interface ReceiverOptions {
  readonly sessions: SessionStore
  readonly inbox: Inbox
  readonly journal: Journal
  readonly book: Book
  readonly logger: Logger
  /** Takes in anew who administers a group, where that can be asked now. */
  readonly refreshAdmins: (group: string) => Promise<void>
  /** Something came from this address, which may be a channel. */
  readonly meetChannel: (jid: string | undefined) => void
  /** How long to wait for a message that could not be decrypted before saying so, in milliseconds. */
  readonly waitingMs?: number
}

/** Turns what came in into events and hands them to the bridge. */
export class Receiver {
  readonly #options: ReceiverOptions
  readonly #waiting: Waiting
  readonly #early: EarlyChanges

  constructor(options: ReceiverOptions) {
    this.#options = options
    this.#early = new EarlyChanges(options.sessions, options.logger)
    this.#waiting = new Waiting({
      sessions: options.sessions,
      receive: (arrival, alongside) => this.#hand([arrival], alongside),
      ...(options.waitingMs !== undefined && { delayMs: options.waitingMs }),
    })
    this.#waiting.resume()
  }

  /** One journalled stanza. Rejects when the disk does not take it. */
  async opened(opened: Opened): Promise<void> {
    const { journal, book, logger, sessions } = this.#options
    const [part] = opened.envelope.parts
    if (part?.tag === 'notification' || part?.tag === 'call') return this.#openedWhole(opened, part.tag)
    const done = (): void => sessions.set(journal.marks(opened.envelope))
    let web: WAMessage
    try {
      web = decodeOpened(opened, book.context.me)
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, 'A message of an unknown form was left out')
      this.#hand(this.#unreadable(this.#headOf(opened.envelope)), done)
      return
    }
    const parsed = await this.#believe(web)
    if (parsed.ignored !== undefined) logger.debug({ reason: parsed.ignored }, 'A message makes no event')
    if (parsed.arrivals.length === 0 && opened.failure !== undefined) this.#wait(web, opened.failure)
    const { holds } = parsed
    this.#hand(parsed.arrivals, () => {
      book.timer(web)
      if (holds !== undefined) sessions.set(this.#early.keep(holds, web))
      done()
    })
  }

  get #context(): ParseContext {
    const { context } = this.#options.book
    const isAwaited = (message: MessageRef): boolean =>
      this.#waiting.has(message) || context.findMessage(message)?.pending === true
    return { ...context, isAwaited }
  }

  /** A stanza that carries no content for us: view once, or what only the phone was given. */
  absent(node: BinaryNode): void {
    if (node.attrs['category'] === 'peer') return
    const children = Array.isArray(node.content) ? node.content : []
    const type = children.find(child => child.tag === 'unavailable')?.attrs['type']
    if (type?.includes('view_once')) {
      this.#place(this.#headOf(node), 'View once message; open it on the phone')
    } else if (
      node.attrs['from']?.endsWith('@bot') ||
      children.some(({ attrs }) => attrs['type'] === 'msmsg')
    ) {
      this.#place(this.#headOf(node), 'A message of Meta AI; see it on the phone')
    } else if (type !== undefined) {
      const web = this.#headOf(node)
      if (web !== undefined) this.#wait(web, undefined)
    }
  }

  /** The phone has put a file up again, later than anybody waited for it. */
  fileCame(update: MediaUpdate): void {
    const context = this.#context
    const head = parseHead({ key: update.key }, context)
    const raw = head && context.findMessage({ chat: head.event.chat, id: head.event.id })?.raw
    const message = raw === undefined ? undefined : relocate(readRaw(raw), update)
    if (message === undefined) return
    const web: WAMessage = { key: update.key, message, messageTimestamp: Math.floor(Date.now() / 1000) }
    this.#hand(
      this.#parse(web).arrivals.map(({ event, ...more }) => ({
        ...more,
        event: isMessage(event) ? { ...event, late: true, silent: true } : event,
      })),
    )
  }

  stop(): void {
    this.#waiting.stop()
  }

  async #openedWhole({ envelope, plaintexts: [bytes] }: Opened, tag: 'notification' | 'call'): Promise<void> {
    const { journal, logger, sessions } = this.#options
    let arrivals: Arrival[] = []
    let node: BinaryNode | undefined
    try {
      node = await decodeBinaryNode(bytes ?? Buffer.alloc(0))
      arrivals = tag === 'call' ? this.#called(node) : this.#noticed(node)
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, `A ${tag} of an unknown form was left out`)
    }
    this.#hand(arrivals, () => {
      if (node !== undefined) this.#learn(node)
      sessions.set(journal.marks(envelope))
    })
  }

  /** A call, or in its place what became of it. */
  #called(node: BinaryNode): Arrival[] {
    const call = readCall(node)
    const head = call && parseHead(call.web, this.#context)
    if (call === undefined || head === undefined) return []
    const known = call.about && this.#context.findMessage({ chat: head.event.chat, id: call.about })
    return tellCall(call, head, known || undefined)
  }

  /** Somebody joined, the group was renamed, a channel has spoken. */
  #noticed(node: BinaryNode): Arrival[] {
    return noticesIn(node, this.#options.book.context.me).flatMap(web => {
      const { arrivals, ignored: reason } = this.#parse(web)
      if (reason !== undefined) this.#options.logger.debug({ reason }, 'A notice makes no event')
      return [...arrivals]
    })
  }

  /** What a notification says about people and groups. */
  #learn(node: BinaryNode): void {
    const { book, meetChannel } = this.#options
    if (node.attrs['type'] === 'newsletter') meetChannel(node.attrs['from'])
    for (const [address, other] of pairsIn(node)) book.same(address, other)
    for (const web of noticesIn(node, book.context.me)) book.timer(web, { isNotice: true })
    const subject = subjectIn(node)
    if (subject !== undefined) book.groups([{ id: node.attrs['from'] ?? '', subject }])
  }

  /** A bug in parsing must neither lose a message nor stop the ones behind it. */
  #parse(web: WAMessage): Parsed {
    const { logger } = this.#options
    try {
      return parseMessage(web, this.#context)
    } catch (error) {
      logger.error({ reason: messageOf(error) }, 'A message could not be read')
      return { arrivals: this.#unreadable(web) }
    }
  }

  #unreadable(web: WAMessage | undefined): Arrival[] {
    const label = 'A message that could not be read; open WhatsApp'
    const arrival = web && this.#arrival(web, { kind: 'placeholder', label })
    return arrival === undefined ? [] : [arrival]
  }

  /** What only an administrator may do is asked about before it is refused: our list may be old. */
  async #believe(web: WAMessage): Promise<Parsed> {
    const parsed = this.#parse(web)
    if (parsed.asks === undefined) return parsed
    await this.#options.refreshAdmins(parsed.asks)
    return this.#parse(web)
  }

  #headOf({ attrs }: Pick<BinaryNode, 'attrs'>): WAMessage | undefined {
    try {
      return decodeHead(attrs, this.#options.book.context.me)
    } catch (error) {
      this.#options.logger.warn({ reason: messageOf(error) }, 'A message of an unknown form was left out')
      return undefined
    }
  }

  #place(web: WAMessage | undefined, label: string, silent = true): void {
    const arrival = web && this.#arrival(web, { kind: 'placeholder', label })
    if (arrival !== undefined) this.#hand([{ ...arrival, event: { ...arrival.event, silent } }])
  }

  #wait(web: WAMessage, failure: unknown): void {
    if (web.category === 'peer' || messageOf(failure) === USED_ALREADY) return
    const head = parseHead(web, this.#context)
    if (head !== undefined) this.#waiting.expect(head.event, head.more)
  }

  #arrival(web: WAMessage, content: Content): Arrival | undefined {
    const head = parseHead(web, this.#context)
    return head && { ...head.more, event: { ...head.event, content } }
  }

  #hand(arrivals: readonly Arrival[], alongside?: () => void): void {
    const { inbox, book, sessions } = this.#options
    const settled = arrivals.flatMap(({ event }) => this.#waiting.arrived(event))
    // In the transaction of the jobs: a commit of its own for every name would wear the disk out.
    const write = (): void => {
      for (const arrival of arrivals) book.message(arrival)
      if (settled.length > 0) sessions.set(settled)
      alongside?.()
    }
    const late = arrivals.flatMap(({ event }) => (isMessage(event) ? this.#early.about(event) : []))
    if (arrivals.length === 0) sessions.transaction(write)
    else if (late.length === 0) inbox.receive(arrivals, write)
    else {
      sessions.transaction(() => {
        inbox.receive(arrivals, write)
        for (const { web, forget } of late) this.#release(web, forget)
      })
    }
  }

  /** A change whose message may have come by now. */
  #release(web: WAMessage, forget: SessionChange): void {
    const { inbox, sessions } = this.#options
    const { arrivals, holds } = this.#parse(web)
    if (holds !== undefined) return
    if (arrivals.length > 0) inbox.receive(arrivals, () => sessions.set([forget]))
    else sessions.set([forget])
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
