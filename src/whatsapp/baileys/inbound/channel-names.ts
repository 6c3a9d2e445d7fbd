import type { Logger } from '../../../support/log.ts'
import { isChannel, normalizeAddress } from '../../address.ts'
import type { Socket } from '../socket.ts'
import type { Book } from './book.ts'

/**
 * What channels are called: nothing that they send says so. WhatsApp is asked about each that is met without a name,
 * once for each connection.
 */
export class ChannelNames {
  readonly #options: { book: Book; socket: () => Socket | undefined; logger: Logger }
  readonly #asked = new WeakMap<Socket, Set<string>>()

  constructor(options: { book: Book; socket: () => Socket | undefined; logger: Logger }) {
    this.#options = options
  }

  /** Something came from this address. */
  meet(jid: string | undefined): void {
    const { book, socket: current, logger } = this.#options
    const [socket, address] = [current(), normalizeAddress(jid)]
    if (!socket?.isOpen || address === undefined || !isChannel(address) || book.nameOf(address)) return
    const asked = this.#asked.get(socket) ?? new Set()
    if (asked.has(address)) return
    this.#asked.set(socket, asked.add(address))
    socket.sock
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
