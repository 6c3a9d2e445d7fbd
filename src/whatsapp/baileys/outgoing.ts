import type { Change, Delivery, SessionStore } from '../../bridge/network.ts'
import { findPreview } from '../link-preview/find-preview.ts'
import { type ChangeContext, carryOut } from './change.ts'
import { GroupKeys } from './keys/group-key.ts'
import { openSecrets } from './keys/secrets.ts'
import type { Me } from './me.ts'
import { openUploader } from './media/upload.ts'
import type { UploadLimits } from './media/upload-http.ts'
import type { NameOf } from './send/members.ts'
import { openNotes } from './send/notes.ts'
import type { Sent } from './send/sent.ts'
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
  readonly nameOf: NameOf
  readonly timerOf: SendContext['timerOf']
  /** What time it is at WhatsApp. */
  readonly now: () => number
  readonly sent: Sent
}

/** Everything that goes out over one connection, whichever socket it has at the moment. */
export class Outgoing {
  readonly #options: OutgoingOptions
  readonly #tools: Pick<
    SendContext,
    'secrets' | 'upload' | 'preview' | 'note' | 'saidOfLeftOut' | 'groupKeys'
  >

  constructor(options: OutgoingOptions) {
    const { sessions, mediaHost, uploadLimits, linkPreviews = false } = options
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
    }
  }

  send(delivery: Delivery): Promise<void> {
    return sendDelivery(delivery, this.#context)
  }

  change(change: Change): Promise<void> {
    return carryOut(change, this.#context)
  }

  get #context(): SendContext & ChangeContext {
    const { me, socket, nameOf, timerOf, now, sent } = this.#options
    const remember = sent.remember.bind(sent)
    return { ...this.#tools, me: me(), socket, nameOf, timerOf, now, remember }
  }
}
