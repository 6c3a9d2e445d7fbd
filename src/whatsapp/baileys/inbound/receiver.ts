import type { BinaryNode, WAMessage } from '@whiskeysockets/baileys'
import type { MessageRef } from '../../../bridge/chat-ref.ts'
import { isMessage } from '../../../bridge/event.ts'
import type { Arrival } from '../../../bridge/network.ts'
import { StoreError } from '../../../bridge/store-error.ts'
import { normalizeAddress } from '../../address.ts'
import { decodeHead, decodeOpened } from '../decode.ts'
import { type MediaUpdate, relocate } from '../media/reupload.ts'
import { readCall, tellCall } from '../parse/calls.ts'
import { type ParseContext, readRaw } from '../parse/context.ts'
import { adminsIn, groupIn, noticesIn, pairsIn, timeOf } from '../parse/notifications.ts'
import { isToOwnList, toEach } from '../parse/own-list.ts'
import { messagesIn, type Parsed, parseHead, parseMessage } from '../parse.ts'
import { readAbsent } from './absent.ts'
import { Handover, type HandoverOptions } from './handover.ts'
import type { Opened } from './intake.ts'
import type { Envelope } from './journal.ts'
import { messageOf, OddForms } from './odd-forms.ts'
import { Unread } from './unread.ts'
import { readWhole } from './whole.ts'

export interface ReceiverOptions extends Omit<HandoverOptions, 'parse' | 'unreadable'> {
  /** Something came from this address, which may be a channel. */
  readonly meetChannel: (jid: string | undefined) => void
}

/** Turns what came in into events and hands them to the bridge. */
export class Receiver {
  readonly #options: ReceiverOptions
  readonly #handover: Handover
  readonly #unread: Unread
  readonly #odd: OddForms

  constructor(options: ReceiverOptions) {
    this.#options = options
    this.#odd = new OddForms(options.logger)
    this.#handover = new Handover({
      ...options,
      parse: web => this.#parse(web),
      unreadable: web => this.#unreadable(web),
    })
    this.#unread = new Unread({ book: options.book, handover: this.#handover })
    this.#handover.waiting.resume()
  }

  /** One journalled stanza. Rejects with `StoreError` where the disk does not take it, else where the bridge cannot. */
  async opened(opened: Opened): Promise<void> {
    const { book, logger, sessions, meetChannel } = this.#options
    const [part] = opened.envelope.parts
    if (isWholeTag(part?.tag)) return this.#openedWhole(opened, part.tag)
    let web: WAMessage
    try {
      web = decodeOpened(opened, book.context.me)
    } catch (error) {
      this.#odd.tell(opened.envelope, 'message', error)
      this.#handover.handOver(opened.envelope, this.#unreadable(this.#headOf(opened.envelope)))
      return
    }
    const read: { readonly each: WAMessage; readonly parsed: Parsed }[] = []
    const { attrs, recipients = [] } = opened.envelope
    const all = isToOwnList(attrs, book.context.me) ? toEach(web, recipients) : messagesIn(web)
    for (const each of all) read.push({ each, parsed: await this.#believe(each) })
    const reasons = read.flatMap(({ parsed }) => parsed.ignored ?? [])
    for (const reason of reasons) logger.debug({ reason }, 'A message makes no event')
    const arrivals = read.flatMap(({ parsed }) => parsed.arrivals)
    if (arrivals.length === 0 && opened.failure !== undefined)
      for (const { each } of read) this.#unread.expect(each, opened)
    // What makes no event, or waits for its message, has come all the same.
    const silent = read.filter(({ parsed }) => parsed.arrivals.length === 0)
    const came = opened.failure === undefined ? silent.flatMap(({ each }) => this.#unread.came(each)) : []
    const isWhole = !opened.plaintexts.includes(undefined)
    const over = isWhole ? silent.filter(({ parsed }) => parsed.holds === undefined) : []
    arrivals.push(...over.flatMap(({ each }) => this.#unread.ends(each)))
    this.#handover.handOver(opened.envelope, arrivals, () => {
      sessions.set(came)
      meetChannel(opened.envelope.attrs['from'])
      book.timer(web)
      for (const { each, parsed } of read) sessions.set(this.#handover.later(parsed, each))
    })
  }

  /** Marks a stanza done that cannot be taken in, with words in its place. Throws `StoreError`. */
  giveUp(envelope: Envelope): void {
    const { journal, inbox, logger, sessions } = this.#options
    const done = (): void => sessions.set(journal.marks(envelope))
    try {
      inbox.receive(this.#unreadable(this.#headOf(envelope)), done)
    } catch (error) {
      if (error instanceof StoreError) throw error
      logger.error({ err: error }, 'A message was left out, and no words could take its place')
      done()
    }
  }

  get #context(): ParseContext {
    const { context } = this.#options.book
    const isAwaited = (message: MessageRef): boolean =>
      this.#handover.waiting.has(this.#handover.namesOf(message)) ||
      context.findMessage(message)?.pending === true
    return { ...context, isAwaited }
  }

  /** A stanza that nobody can make anything of. */
  unreadable(node: BinaryNode): void {
    this.#handover.hand(this.#unreadable(this.#headOf(node)))
  }

  /** The phone has put a file up again, later than anybody waited for it. */
  fileCame(update: MediaUpdate): void {
    const context = this.#context
    const head = parseHead({ key: update.key }, context)
    const raw = head && context.findMessage({ chat: head.event.chat, id: head.event.id })?.raw
    const message = raw === undefined ? undefined : relocate(readRaw(raw), update)
    if (message === undefined) return
    const web: WAMessage = { key: update.key, message, messageTimestamp: Math.floor(Date.now() / 1000) }
    this.#handover.hand(
      this.#parse(web).arrivals.map(({ event, ...more }) => ({
        ...more,
        event: isMessage(event) ? { ...event, late: true, silent: true } : event,
      })),
    )
  }

  /** Throws `StoreError`. */
  finish(): void {
    this.#handover.finish()
  }

  stop(): void {
    this.#handover.stop()
  }

  async #openedWhole({ envelope, plaintexts: [bytes] }: Opened, tag: WholeTag): Promise<void> {
    const { book, sessions } = this.#options
    let arrivals: Arrival[] = []
    let learn = (): void => undefined
    try {
      const node = await readWhole(bytes)
      if (tag === 'message') arrivals = this.#absent(node)
      else {
        const notices = tag === 'call' ? [] : noticesIn(node, book.context.me)
        arrivals = tag === 'call' ? this.#called(node) : this.#noticed(notices)
        learn = () => this.#learn(node, notices)
      }
    } catch (error) {
      if (error instanceof StoreError) throw error
      this.#odd.tell(envelope, tag, error)
      arrivals = this.#unreadable(this.#headOf(envelope))
    }
    try {
      this.#handover.handOver(envelope, arrivals, learn)
    } catch (error) {
      // Who may do what has changed all the same.
      if (!(error instanceof StoreError)) sessions.transaction(learn)
      throw error
    }
  }

  /** A message without content for us. */
  #absent(node: BinaryNode): Arrival[] {
    const found = readAbsent(node)
    const web = found && this.#headOf(node)
    if (found === undefined || web === undefined) return []
    if (found !== 'awaited') return this.#placeholder(web, found.label, { silent: true })
    this.#unread.expect(web)
    return []
  }

  /** A call, or in its place what became of it. */
  #called(node: BinaryNode): Arrival[] {
    const call = readCall(node)
    const head = call && parseHead(call.web, this.#context)
    if (call === undefined || head === undefined) return []
    const find = (id: string) => this.#context.findMessage({ chat: head.event.chat, id })
    if (call.unless.some(find)) return []
    return tellCall(call, head, call.about === undefined ? undefined : find(call.about))
  }

  /** Somebody joined, the group was renamed, a channel has spoken. */
  #noticed(notices: readonly WAMessage[]): Arrival[] {
    return notices.flatMap(web => {
      const { arrivals, ignored: reason } = this.#parse(web)
      if (reason !== undefined) this.#options.logger.debug({ reason }, 'A notice makes no event')
      return [...arrivals]
    })
  }

  /** What a notification says about people and groups. */
  #learn(node: BinaryNode, notices: readonly WAMessage[]): void {
    const { book, sessions, meetChannel } = this.#options
    if (node.attrs['type'] === 'newsletter') meetChannel(node.attrs['from'])
    for (const [address, other] of pairsIn(node)) book.same(address, other)
    for (const web of notices) book.timer(web, { isNotice: true })
    const { from: id = '' } = node.attrs
    for (const change of adminsIn(node, book.context.me)) {
      // A notice may name one address of a person.
      const who = change.who.flatMap(jid => book.addressesOf(normalizeAddress(jid) ?? jid))
      if (change.are) sessions.set(this.#handover.promoted(id, who))
      book.administer(id, { ...change, who })
    }
    const news = groupIn(node).map(each => ({ id, ...each }))
    book.groups(news, { at: timeOf(node) })
  }

  /** A bug in parsing must neither lose a message nor stop the ones behind it. Throws `StoreError`. */
  #parse(web: WAMessage): Parsed {
    const { logger } = this.#options
    try {
      return parseMessage(web, this.#context)
    } catch (error) {
      if (error instanceof StoreError) throw error
      logger.error({ reason: messageOf(error) }, 'A message could not be read')
      return { arrivals: this.#unreadable(web) }
    }
  }

  #unreadable(web: WAMessage | undefined): Arrival[] {
    return web ? this.#placeholder(web, 'A message that could not be read; open WhatsApp') : []
  }

  /** What only an administrator may do is asked about before it is refused: our list may be old. Without an answer it still asks. */
  async #believe(web: WAMessage): Promise<Parsed> {
    const parsed = this.#parse(web)
    if (parsed.asks === undefined || !(await this.#options.refreshAdmins(parsed.asks))) return parsed
    const { asks: _, ...told } = this.#parse(web)
    return told
  }

  #headOf({ attrs }: Pick<BinaryNode, 'attrs'>): WAMessage | undefined {
    try {
      return decodeHead(attrs, this.#options.book.context.me)
    } catch (error) {
      this.#odd.tell({ attrs }, 'message', error)
      return undefined
    }
  }

  #placeholder(web: WAMessage, label: string, more: { readonly silent?: true } = {}): Arrival[] {
    const head = parseHead(web, this.#context)
    return head
      ? [{ ...head.more, event: { ...head.event, content: { kind: 'placeholder', label }, ...more } }]
      : []
  }
}

type WholeTag = 'notification' | 'call' | 'message'

/** Of a message kept whole the one part has its tag; of others each has that of a child, `enc` or `plaintext`. */
const isWholeTag = (tag: string | undefined): tag is WholeTag =>
  tag === 'notification' || tag === 'call' || tag === 'message'
