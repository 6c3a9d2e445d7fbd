import type { WAMessage } from '@whiskeysockets/baileys'
import type { SessionChange, SessionStore } from '../../../bridge/network.ts'
import type { Logger } from '../../../support/log.ts'
import { normalizeAddress } from '../../address.ts'
import type { Book } from './book.ts'
import { isPast, keptOf, readKept } from './kept-change.ts'

const ROWS = 'claims'
/** As many wait at most; more are left out. */
const MOST = 100

export interface ClaimsOptions {
  readonly sessions: SessionStore
  readonly book: Pick<Book, 'now' | 'time'>
  readonly logger: Logger
  /** Takes in anew who administers a group; false where WhatsApp does not say. */
  readonly refreshAdmins: (group: string) => Promise<boolean>
  /** Reads what waited once more, takes it in as it is and writes that it waits no longer. Called in a transaction. May throw. */
  readonly release: (web: WAMessage, forget: SessionChange) => void
  /** Milliseconds between two questions. */
  readonly pauseMs: number
}

interface Row {
  readonly id: string
  readonly group: string
  readonly who: string | undefined
  readonly value: string
}

/**
 * What only an administrator of a group may do, done while WhatsApp did not say whether somebody is one. It is kept on disk and
 * read once more when WhatsApp says so, which it is asked about until then: about one group after the other, and behind one of
 * which there is no answer about the next one only after a pause.
 */
export class Claims {
  readonly #options: ClaimsOptions
  #timer: NodeJS.Timeout | undefined
  #isStopped = false
  /** The group that was asked about last. */
  #last = ''

  constructor(options: ClaimsOptions) {
    this.#options = options
    // Of an earlier run.
    if (this.#rows().length > 0) this.#askLater()
  }

  /** To be written with the mark that it is dealt with. */
  keep(group: string, web: WAMessage): SessionChange[] {
    const value = this.#rows().length < MOST ? keptOf(web, this.#options.book.now) : undefined
    if (value === undefined) {
      this.#options.logger.warn({}, 'A change was left out, since it is not known who administers its group')
      return []
    }
    this.#askLater()
    return [{ type: ROWS, id: `${group} ${web.key.participant} ${web.key.id}`, value }]
  }

  /** They administer a group from now on: what they claimed before was not theirs to do. To be written with that. */
  promoted(group: string, who: readonly string[]): SessionChange[] {
    return this.#rows().flatMap(row =>
      row.group === group && who.includes(row.who ?? '') ? [forget(row)] : [],
    )
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #rows(): Row[] {
    return [...this.#options.sessions.list(ROWS)].map(row => {
      const [group = '', who] = row.id.split(' ')
      return { ...row, group, who: normalizeAddress(who) }
    })
  }

  /** The groups to ask about, beginning behind the one that was last. */
  #inTurn(): string[] {
    const groups = [...new Set(this.#rows().map(({ group }) => group))]
    const next = groups.indexOf(this.#last) + 1
    return [...groups.slice(next), ...groups.slice(0, next)]
  }

  #askLater(): void {
    if (this.#isStopped) return
    this.#timer ??= setTimeout(() => void this.#ask(), this.#options.pauseMs).unref()
  }

  async #ask(): Promise<void> {
    const { sessions, refreshAdmins, logger } = this.#options
    let isOver = false
    try {
      sessions.set(
        this.#rows()
          .filter(row => this.#isOver(row))
          .map(forget),
      )
      for (const group of this.#inTurn()) {
        this.#last = group
        const isTold = await refreshAdmins(group)
        if (this.#isStopped) return
        if (!isTold) break
        sessions.transaction(() => this.#release(group))
      }
      isOver = this.#rows().length === 0
    } catch (error) {
      logger.error({ err: error }, 'What waited to be believed could not be stored; it is tried again')
    }
    this.#timer = undefined
    if (!isOver) this.#askLater()
  }

  /** It has waited for too long, or is damaged. */
  #isOver({ value }: Row): boolean {
    const kept = readKept(value)
    return kept === undefined || isPast(kept, this.#options.book.time.now)
  }

  #release(group: string): void {
    for (const row of this.#rows()) {
      const web = row.group === group ? readKept(row.value)?.web : undefined
      if (web !== undefined) this.#options.release(web, forget(row))
    }
  }
}

const forget = ({ id }: Row): SessionChange => ({ type: ROWS, id, value: null })
