import type { WAMessage } from '@whiskeysockets/baileys'
import type { ChatRef, MessageRef } from '../../../bridge/chat-ref.ts'
import { isMessage } from '../../../bridge/event.ts'
import type { Arrival, Inbox, SessionChange, SessionStore } from '../../../bridge/network.ts'
import { StoreError } from '../../../bridge/store-error.ts'
import type { Logger } from '../../../support/log.ts'
import type { Parsed } from '../parse.ts'
import type { Timing } from '../socket/timing.ts'
import type { Book } from './book.ts'
import { Claims } from './claims.ts'
import { EarlyChanges } from './early-changes.ts'
import { withEnds } from './ends.ts'
import { FromBackup } from './from-backup.ts'
import type { Envelope, Journal } from './journal.ts'
import { Waiting } from './waiting.ts'

export interface HandoverOptions {
  readonly sessions: SessionStore
  readonly inbox: Inbox
  readonly book: Book
  readonly logger: Logger
  readonly parse: (web: WAMessage) => Parsed
  /** What stands for a message that cannot be taken in. */
  readonly unreadable: (web: WAMessage) => Arrival[]
  /** How long to wait for a message that could not be decrypted before saying so, in milliseconds. */
  readonly waitingMs?: number
  readonly timing: Pick<Timing, 'claims' | 'placeholders'>
  /** Takes in anew who administers a group; false where WhatsApp does not say. */
  readonly refreshAdmins: (group: string) => Promise<boolean>
  readonly journal: Journal
}

/** Hands events to the bridge, and in the same transaction whatever else they settle. */
export class Handover {
  readonly waiting: Waiting
  readonly early: EarlyChanges
  readonly #claims: Claims
  readonly #options: HandoverOptions
  readonly #fromBackup: FromBackup

  constructor(options: HandoverOptions) {
    const { sessions, logger, waitingMs, timing } = options
    this.#options = options
    this.#fromBackup = new FromBackup(sessions, options.journal)
    this.early = new EarlyChanges(sessions, logger, options.book)
    this.#claims = new Claims({
      ...options,
      release: (web, forget) => this.#release(web, forget),
      pauseMs: timing.claims,
    })
    this.waiting = new Waiting({
      sessions,
      receive: (arrival, alongside) => this.#announce(arrival, alongside),
      fromBackup: this.#fromBackup,
      isKnown: message => options.book.context.findMessage(message) !== undefined,
      apartMs: timing.placeholders,
      ...(waitingMs !== undefined && { delayMs: waitingMs }),
    })
  }

  /** Throws `StoreError` when the disk does not take it, and anything else when the bridge cannot. */
  hand(given: readonly Arrival[], alongside?: () => void): void {
    const { inbox, book, sessions } = this.#options
    const arrivals = withEnds(given, book.context.findMessage)
    const settled = arrivals.flatMap(({ event, aliases }) =>
      this.waiting.arrived(this.namesOf(event, aliases)),
    )
    // In the transaction of the jobs: a commit of its own for every name would wear the disk out.
    const write = (): void => {
      for (const arrival of arrivals) book.message(arrival)
      if (settled.length > 0) sessions.set(settled)
      alongside?.()
    }
    const late = arrivals.flatMap(({ event, aliases }) => {
      const { chat, id } = isMessage(event) ? event : { ...event, ...event.target }
      const isOver = isMessage(event) || event.kind === 'deletion'
      return isOver ? this.early.about(this.namesOf({ chat, id }, aliases)) : []
    })
    if (arrivals.length === 0) sessions.transaction(write)
    else if (late.length === 0) inbox.receive(arrivals, write)
    else {
      sessions.transaction(() => {
        inbox.receive(arrivals, write)
        for (const { web, forget } of late) this.#release(web, forget)
      })
    }
  }

  /** The same of a stanza in the journal, which is done then. */
  handOver(envelope: Envelope, arrivals: readonly Arrival[], alongside?: () => void): void {
    const { sessions, journal } = this.#options
    const parts = envelope.parts.map(({ hash }) => hash)
    const given = this.#fromBackup.has(parts)
      ? arrivals.map(arrival => ({ ...arrival, restored: true as const }))
      : arrivals
    this.hand(given, () => {
      alongside?.()
      sessions.set([...journal.marks(envelope), ...this.#fromBackup.forget(parts)])
    })
  }

  /** To be written with the mark that this is dealt with: it is to be read once more. */
  later({ holds, asks }: Parsed, web: WAMessage): SessionChange[] {
    if (holds !== undefined) return this.early.keep(holds, web)
    return asks === undefined ? [] : this.#claims.keep(asks, web)
  }

  /** See `Claims.promoted`. */
  promoted(group: string, who: readonly string[]): SessionChange[] {
    return this.#claims.promoted(group, who)
  }

  stop(): void {
    this.waiting.stop()
    this.#claims.stop()
  }

  /** Nobody comes any more who is waited for. Throws `StoreError`. */
  finish(): void {
    this.waiting.finish(error => {
      this.#options.logger.error({ err: error }, 'A message that never came was left out')
    })
  }

  /** What is tried again by itself: nobody else hears that what the book has told with it was not stored. */
  #announce(arrival: Arrival, alongside: () => void): void {
    try {
      this.hand([arrival], alongside)
    } catch (error) {
      this.#options.book.doubt()
      throw error
    }
  }

  /** A message by every address of its chat: what waits was written down under the one that was known then. */
  namesOf({ chat, id }: MessageRef, aliases: readonly ChatRef[] = []): MessageRef[] {
    const chats = new Set([chat, ...aliases, ...this.#options.book.chatsOf(chat)])
    return [...chats].map(each => ({ chat: each, id }))
  }

  /**
   * A change whose message may have come by now, or was taken back, or of which it is known now who may do it. One that cannot be
   * taken in must not cost the message.
   */
  #release(web: WAMessage, forget: SessionChange): void {
    const { inbox, book, sessions, parse, unreadable, logger } = this.#options
    const receive = (given: readonly Arrival[]): void => {
      const arrivals = withEnds(given, book.context.findMessage)
      if (arrivals.length > 0) inbox.receive(arrivals, () => sessions.set([forget]))
      else sessions.set([forget])
    }
    const { arrivals, holds } = parse(web)
    if (holds !== undefined) return
    try {
      receive(arrivals)
    } catch (error) {
      if (error instanceof StoreError) throw error
      logger.error({ err: error }, 'A change that waited for its message could not be stored')
      receive(unreadable(web))
    }
  }
}
