import type { WAMessage } from '@whiskeysockets/baileys'
import type { SessionChange, SessionStore } from '../../../bridge/network.ts'
import type { Logger } from '../../../support/log.ts'
import { keptOf, PATIENCE_MS, readKept } from './kept-change.ts'

const ROWS = 'claims'
/** As many wait at most; more are left out. */
const MOST = 100

export interface ClaimsOptions {
  readonly sessions: SessionStore
  readonly logger: Logger
  /** Takes in anew who administers a group; false where WhatsApp does not say. */
  readonly refreshAdmins: (group: string) => Promise<boolean>
  /** Reads what waited once more, takes it in as it is and writes that it waits no longer. Called in a transaction. May throw. */
  readonly release: (web: WAMessage, forget: SessionChange) => void
  /** Milliseconds between two questions. */
  readonly pauseMs: number
}

/**
 * What only an administrator of a group may do, done while WhatsApp did not say whether somebody is one. It is kept on disk and
 * read once more when WhatsApp says so, which it is asked about until then.
 */
export class Claims {
  readonly #options: ClaimsOptions
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: ClaimsOptions) {
    this.#options = options
    // Of an earlier run.
    if (this.#rows().length > 0) this.#askLater()
  }

  /** To be written with the mark that it is dealt with. */
  keep(group: string, web: WAMessage): SessionChange[] {
    const value = this.#rows().length < MOST ? keptOf(web) : undefined
    if (value === undefined) {
      this.#options.logger.warn({}, 'A change was left out, since it is not known who administers its group')
      return []
    }
    this.#askLater()
    return [{ type: ROWS, id: `${group} ${web.key.participant} ${web.key.id}`, value }]
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #rows(): { readonly id: string; readonly group: string; readonly value: string }[] {
    return [...this.#options.sessions.list(ROWS)].map(row => ({ ...row, group: row.id.split(' ')[0] ?? '' }))
  }

  #askLater(): void {
    if (this.#isStopped) return
    this.#timer ??= setTimeout(() => void this.#ask(), this.#options.pauseMs).unref()
  }

  async #ask(): Promise<void> {
    const { sessions, refreshAdmins, logger } = this.#options
    let isOver = false
    try {
      for (const group of new Set(this.#rows().map(row => row.group))) {
        const isTold = await refreshAdmins(group)
        if (this.#isStopped) return
        sessions.transaction(() => this.#release(group, isTold))
      }
      isOver = this.#rows().length === 0
    } catch (error) {
      logger.error({ err: error }, 'What waited to be believed could not be stored; it is tried again')
    }
    this.#timer = undefined
    if (!isOver) this.#askLater()
  }

  #release(group: string, isTold: boolean): void {
    const { sessions, release } = this.#options
    const oldest = Date.now() - PATIENCE_MS
    for (const { id, value, ...row } of this.#rows()) {
      const kept = readKept(value)
      const forget = { type: ROWS, id, value: null }
      if (kept === undefined || kept.keptAt < oldest) sessions.set([forget])
      else if (isTold && row.group === group) release(kept.web, forget)
    }
  }
}
