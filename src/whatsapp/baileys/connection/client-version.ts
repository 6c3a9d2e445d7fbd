import { DEFAULT_CONNECTION_CONFIG, type WAVersion } from '@whiskeysockets/baileys'
import type { SessionStore } from '../../../bridge/network.ts'
import type { Logger } from '../../../support/log.ts'
import { type AfterClose, again, outdated } from './after-close.ts'
import { readRevision } from './version-page.ts'

const KEPT = { type: 'meta', id: 'client-version' } as const

export interface ClientVersionOptions {
  readonly sessions: SessionStore
  readonly logger: Logger
  /** `host:port` that tells the version, instead of WhatsApp's own. */
  readonly host: string | undefined
}

/**
 * As which version of WhatsApp Web we log in. WhatsApp turns old ones away for good, every few months (`failure 405`); then
 * it is asked for the present one, which outlives this run once WhatsApp has let us in with it. The one that Baileys brings
 * counts where it is newer.
 */
export class ClientVersion {
  readonly #options: ClientVersionOptions
  #revision: number
  /** It comes from the page, and WhatsApp has not let us in with it yet. */
  #isUntried = false

  constructor(options: ClientVersionOptions) {
    this.#options = options
    const kept = Number(options.sessions.get(KEPT.type, KEPT.id))
    const builtIn = DEFAULT_CONNECTION_CONFIG.version[2]
    this.#revision = Number.isSafeInteger(kept) ? Math.max(kept, builtIn) : builtIn
  }

  get current(): WAVersion {
    const [primary, secondary] = DEFAULT_CONNECTION_CONFIG.version
    return [primary, secondary, this.#revision]
  }

  /** WhatsApp has let us in with it: from now on it is kept. */
  accepted(): void {
    if (!this.#isUntried) return
    this.#isUntried = false
    const { sessions, logger } = this.#options
    try {
      sessions.set([{ ...KEPT, value: String(this.#revision) }])
    } catch (error) {
      logger.error(
        { err: error },
        'The version of WhatsApp Web could not be kept; the next start asks for it again',
      )
    }
  }

  /** What follows when WhatsApp takes it no more: `now` where a newer one was told, which goes from now on. */
  async renew(signal: AbortSignal): Promise<AfterClose> {
    const { logger, host } = this.#options
    const isRefusedAtOnce = this.#isUntried
    this.#isUntried = false
    if (isRefusedAtOnce) return outdated
    try {
      const told = await readRevision(host, { signal })
      if (told === undefined || told <= this.#revision) return outdated
      this.#revision = told
    } catch (error) {
      logger.debug({ err: error }, 'The present version of WhatsApp Web could not be read')
      return again('soon', 'WhatsApp takes this version no more, and the present one could not be read')
    }
    this.#isUntried = true
    logger.info('WhatsApp takes this version no more; going on as its present one')
    return again('now', 'WhatsApp wants a newer version')
  }
}
