import type { Change, Delivery, SessionStore } from '../../bridge/network.ts'
import { findPreview } from '../link-preview/find-preview.ts'
import { type ChangeContext, carryOut } from './change.ts'
import type { Book } from './inbound/book.ts'
import { GroupKeys } from './keys/group-key.ts'
import { openSecrets } from './keys/secrets.ts'
import { isMe, type Me } from './me.ts'
import { openUploader } from './media/upload.ts'
import type { UploadLimits } from './media/upload-http.ts'
import { Addressing } from './send/addressing.ts'
import { openNotes } from './send/notes.ts'
import type { Sent } from './send/sent.ts'
import { openSocket } from './send/transmit.ts'
import { type SendContext, sendDelivery } from './send.ts'
import type { Socket } from './socket.ts'

export interface OutgoingOptions {
  readonly sessions: SessionStore
  readonly linkPreviews?: boolean
  /** `host:port` of a private test server. */
  readonly mediaHost: string | undefined
  /** For tests. */
  readonly uploadLimits?: UploadLimits
  me(): Me
  /** The socket, while it is open. */
  socket(): Socket | undefined
  readonly book: Pick<Book, 'nameOf' | 'timerOf' | 'addressesOf' | 'hasMet'>
  /** How long a token is waited for, in milliseconds. */
  readonly tokenMs: number
  /** What time it is at WhatsApp. */
  readonly now: () => number
  readonly sent: Sent
}

/** Everything that goes out over one connection, whichever socket it has at the moment. */
export class Outgoing {
  readonly #options: OutgoingOptions
  readonly #tools: Pick<
    SendContext,
    'secrets' | 'upload' | 'preview' | 'note' | 'saidOfLeftOut' | 'groupKeys' | 'addressing'
  >

  constructor(options: OutgoingOptions) {
    const { sessions, mediaHost, uploadLimits, linkPreviews = false, book } = options
    const secrets = openSecrets(sessions)
    this.#options = options
    this.#tools = {
      secrets,
      upload: openUploader({ mediaHost, secrets, ...uploadLimits }),
      preview: async (link, signal) =>
        linkPreviews ? findPreview(link, { signal, testHost: mediaHost }) : undefined,
      note: openNotes(sessions),
      saidOfLeftOut: new Set(),
      groupKeys: new GroupKeys(),
      addressing: new Addressing({
        sessions,
        addressesOf: jid => book.addressesOf(jid),
        ask: async number => {
          if (!isMe(number, options.me())) await openSocket(options).numbers.assertExists(number)
        },
      }),
    }
  }

  send(delivery: Delivery): Promise<void> {
    return sendDelivery(delivery, this.#context)
  }

  change(change: Change): Promise<void> {
    return carryOut(change, this.#context)
  }

  get #context(): SendContext & ChangeContext {
    const { me, socket, book, now, sent, tokenMs } = this.#options
    return {
      ...this.#tools,
      me: me(),
      socket,
      now,
      tokenMs,
      nameOf: book.nameOf.bind(book),
      timerOf: book.timerOf.bind(book),
      hasMet: book.hasMet.bind(book),
      remember: sent.remember.bind(sent),
    }
  }
}
