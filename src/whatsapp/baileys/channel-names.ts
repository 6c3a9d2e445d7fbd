import type { Logger } from '../../support/log.ts'
import { isChannel, normalizeAddress } from '../address.ts'
import type { Book } from './book.ts'
import type { Link } from './link.ts'

/**
 * What channels are called: nothing that they send says so. WhatsApp is asked about each that is met without a name, once for
 * each connection.
 */
export class ChannelNames {
  readonly #options: { book: Book; link: () => Link | undefined; logger: Logger }
  readonly #asked = new WeakMap<Link, Set<string>>()

  constructor(options: { book: Book; link: () => Link | undefined; logger: Logger }) {
    this.#options = options
  }

  /** Something came from this address. */
  meet(jid: string | undefined): void {
    const { book, link: current, logger } = this.#options
    const [link, address] = [current(), normalizeAddress(jid)]
    if (!link?.isOpen || address === undefined || !isChannel(address) || book.nameOf(address)) return
    const asked = this.#asked.get(link) ?? new Set()
    if (asked.has(address)) return
    this.#asked.set(link, asked.add(address))
    link.sock
      .newsletterMetadata('jid', address)
      .then(found => book.chats([{ id: address, name: nameIn(found) ?? null }]))
      .catch((error: unknown) => logger.debug({ err: error }, 'A channel did not tell its name'))
  }
}

/** As the server has it, which Baileys types otherwise (lib/Socket/newsletter.js, parseNewsletterMetadata). */
const nameIn = (metadata: unknown): string | undefined => {
  const { name, thread_metadata: thread } = (metadata ?? {}) as {
    name?: unknown
    thread_metadata?: { name?: { text?: unknown } }
  }
  const text = thread?.name?.text ?? name
  return typeof text === 'string' && text !== '' ? text : undefined
}
