import type { Inbox } from '../../bridge/network.ts'
import type { Clock } from '../../support/clock.ts'
import type { Marks } from '../marks.ts'

export interface RivalOptions {
  readonly clock: Clock
  /**
   * Another program has fetched so many updates at most that never came here; nobody knows how many where it has polled for so long
   * that nothing was heard here. Throws when the disk does not take the news.
   */
  readonly onTaken: (updates?: number) => void
  /** Nobody else has polled for a while. Throws as above. */
  readonly onPeace: () => void
}

/** So many updates wait for a bot (tdlib/td `TQueue.cpp`): ids that are further on have begun anew. */
const mostWaiting = 100_000
/** For so long an update waits, in milliseconds. */
export const keptMs = 24 * 3_600_000
/**
 * For so long nobody else may have asked before there is peace: of two that poll in turns each is answered in between,
 * and they would throw each other out for ever, as fast as they can.
 */
const peaceMs = 120_000

/**
 * Other programs that poll with the same token. What one of them has fetched is gone, and nobody says what it was. But
 * ids count up by one (core.telegram.org/bots/api#update; what is not asked for gets none, telegram-bot-api
 * `Client.cpp`, `add_update_impl`): where some are left out behind a conflict, they went there, but for pressed buttons, which
 * wait for 150 s alone. Without a conflict, or after a day, all may have waited for too long.
 */
export class Rivals {
  readonly #options: RivalOptions
  readonly #beganAt: number
  #metAt = Number.NEGATIVE_INFINITY
  /** When the first of the conflicts was behind which there was no peace since. */
  #since = 0
  #isDisturbed = false
  #isPeaceTold = false
  #answeredAt: number | undefined

  constructor(options: RivalOptions) {
    this.#options = options
    this.#beganAt = options.clock.steady()
  }

  /**
   * Telegram has answered a poll with a conflict. Who polls again at once leaves us none of what would show that ids are left out:
   * behind two minutes of that it is told without.
   */
  met(): void {
    const now = this.#options.clock.steady()
    if (now - this.#metAt >= peaceMs) this.#since = now
    this.#metAt = now
    this.#isDisturbed = true
    this.#isPeaceTold = false
    if (now - this.#since >= peaceMs) this.#options.onTaken()
  }

  /**
   * Telegram has answered a poll, before anything of that is confirmed.
   *
   * @param offset from which on updates were asked for; 0 where none was ever confirmed
   * @param first id of the first one, if there is any
   */
  answered(offset: number, first: number | undefined): void {
    const { clock, onTaken } = this.#options
    const now = clock.now()
    const before = this.#answeredAt
    if (first !== undefined) {
      const missing = first - offset
      const isKnown = offset > 0 && before !== undefined && now - before < keptMs
      const isDisturbed = this.#isDisturbed || clock.steady() - this.#metAt < peaceMs
      if (isDisturbed && isKnown && missing > 0 && missing < mostWaiting) onTaken(missing)
      this.#isDisturbed = false
    }
    this.#answeredAt = now
  }

  /** Telegram has answered, and what it said is on disk. Returns whether pauses may start anew. */
  isOver(): boolean {
    const { clock, onPeace } = this.#options
    const now = clock.steady()
    const isOver = now - this.#metAt >= peaceMs
    // One that an earlier run met may still be there.
    if (isOver && now - this.#beganAt >= peaceMs && !this.#isPeaceTold) {
      onPeace()
      this.#isPeaceTold = true
    }
    return isOver
  }
}

/** Tells the owner once of what another program has taken, and again when there was peace in between. */
export const tellOfRivals = ({
  inbox,
  marks,
}: {
  readonly inbox: Pick<Inbox, 'standing'>
  readonly marks: Pick<Marks, 'heardAgain'>
}): Pick<RivalOptions, 'onTaken' | 'onPeace'> => ({
  onTaken(updates) {
    const what = updates === 1 ? 'something' : updates === undefined ? 'things' : `up to ${updates} things`
    const text = `Another program uses the token of this bot and may have fetched ${what} that you sent or did here. What it fetched never came to me, so it is not in WhatsApp.\n\nStop that program, or give the bridge a bot of its own. A webhook that it has set stays: wa2tg status says how to remove it. Then send again what is missing.`
    inbox.standing({ about: 'updates', trouble: { id: 'taken', text } })
  },
  onPeace() {
    marks.heardAgain()
    inbox.standing({ about: 'updates' })
  },
})
