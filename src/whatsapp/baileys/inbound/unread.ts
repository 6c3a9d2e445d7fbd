import type { WAMessage } from '@whiskeysockets/baileys'
import type { Arrival, SessionChange } from '../../../bridge/network.ts'
import { parseHead } from '../parse.ts'
import type { Book } from './book.ts'
import { endOf } from './ends.ts'
import type { Handover } from './handover.ts'
import type { Opened } from './intake.ts'
import { messageOf } from './odd-forms.ts'

/** Baileys' words for "decrypted before, or never decryptable" (lib/Utils/decode-wa-message.js). */
const USED_ALREADY = 'Key used already or never filled'

/** What could not be read when it came: whether it is waited for, and what becomes of the wait when it is no message. */
export class Unread {
  readonly #book: Book
  readonly #handover: Handover

  constructor({ book, handover }: { readonly book: Book; readonly handover: Handover }) {
    this.#book = book
    this.#handover = handover
  }

  /** Waits for a message. */
  expect(web: WAMessage, opened?: Pick<Opened, 'envelope' | 'failure'>): void {
    if (web.category === 'peer' || messageOf(opened?.failure) === USED_ALREADY) return
    if (opened && isHidden(opened)) return
    const head = parseHead(web, this.#book.context)
    if (head === undefined) return
    const { event, more } = head
    this.#handover.waiting.expect(event, more, this.#handover.namesOf(event, more.aliases))
  }

  /** What makes no event has come all the same: the changes that end the wait for it. */
  came(web: WAMessage): SessionChange[] {
    const head = parseHead(web, this.#book.context)
    return head ? this.#handover.waiting.arrived(this.#handover.namesOf(head.event, head.more.aliases)) : []
  }

  /** Of what nothing is to be shown, and was announced. */
  ends(web: WAMessage): Arrival[] {
    const { context } = this.#book
    const head = parseHead(web, context)
    return head ? endOf(head.event, head.more, context.findMessage) : []
  }
}

/**
 * What phones show nothing of where they cannot read it: reactions, votes, edits, deletions and pins say so (whatsmeow
 * send.go sets `decrypt-fail="hide"` on each of them, and mautrix-whatsapp shows no notice of what has it).
 */
const isHidden = ({ envelope }: Pick<Opened, 'envelope'>): boolean =>
  envelope.parts.some(({ attrs }) => attrs['decrypt-fail'] === 'hide')
