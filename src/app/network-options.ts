import type { Inbox } from '../bridge/network.ts'
import { makeFindMessage } from '../bridge/receive.ts'
import type { Config } from '../config/load.ts'
import type { Store } from '../store/index.ts'
import type { Logger } from '../support/log.ts'
import type { openTelegram } from '../telegram/connection.ts'
import type { openWhatsApp } from '../whatsapp/connection.ts'

interface NetworkOptions {
  readonly config: Config
  readonly store: Store
  readonly logger: Logger
  readonly inbox: Inbox
}

/** What Telegram gets of the config, and of what the bridge keeps. */
export const telegramOptions = ({
  config: { telegram, messages },
  store,
  ...rest
}: NetworkOptions): Parameters<typeof openTelegram>[0] => ({
  token: telegram.token ?? '',
  apiRoot: telegram.apiRoot,
  owners: telegram.owners,
  ...(telegram.uploadLimit !== undefined && { uploadLimit: telegram.uploadLimit }),
  mapped: () => store.mappings.list(),
  forgetIds: isMeant => store.links.forgetIds(isMeant),
  deletionReaction: messages.deletionReaction,
  spoilersOnce: messages.spoilersAsViewOnce,
  trustNameless: messages.anonymousAdmins,
  deletions: messages.deletions,
  receipts: messages.receipts,
  sessions: store.session('telegram'),
  ...rest,
})

/** The same for WhatsApp. */
export const whatsAppOptions = ({
  config,
  store,
  ...rest
}: NetworkOptions): Parameters<typeof openWhatsApp>[0] => ({
  ...config.whatsapp,
  linkPreviews: config.messages.linkPreviews,
  ...rest,
  sessions: store.session('baileys'),
  findMessage: makeFindMessage(store),
  receipts: config.messages.receipts,
  securityCodes: config.messages.securityCodes,
})
