import type { Inbox, SessionStore } from '../../bridge/network.ts'
import { renderTime } from '../time.ts'
import { keptMs } from './rivals.ts'

/** Hears of each poll that Telegram answers. */
export interface Away {
  /** What time it is by Telegram's clock, in milliseconds since 1970. */
  tell(time: number): void
  /**
   * Telegram has answered a poll, before anything of that is taken. Throws when the disk does not take the news.
   *
   * @param offset from which on updates were asked for
   * @param first id of the first one, if there is any
   */
  answered(offset: number, first: number | undefined): void
  /** What it said is on disk. */
  taken(): void
}

const row = { type: 'polled', id: '' } as const
/** Milliseconds: it is written down so often. */
const writtenEvery = 600_000

/**
 * What waited at Telegram for more than a day before a poll is gone, and nobody says what it was: the owner hears between
 * which moments that may have been. Only Telegram's own clock counts, since that of the machine may be set from 1970 to today in
 * the middle of a run; where it says no time (`api.ts`, `onTime`), nothing is said. Where the first update is the very
 * next one (ids count up by one, `rivals.ts`), nothing is missing.
 */
export const openAway = ({
  sessions,
  inbox,
}: {
  readonly sessions: SessionStore
  readonly inbox: Pick<Inbox, 'standing'>
}): Away => {
  let now: number | undefined
  const stored = sessions.get(row.type, row.id)
  // Where the disk has spoilt it, it is as if it had never been written.
  let written = /^\d+$/.test(stored ?? '') ? stored : undefined
  let last = written === undefined ? undefined : Number(written)
  return {
    tell(time) {
      now = time
    },
    answered(offset, first) {
      if (now === undefined || last === undefined || now - last <= keptMs || first === offset) return
      const text = `Telegram keeps what you do here for a day, and for longer than that I could not ask for it. What you wrote, changed or pressed here between ${renderTime(last)} and ${renderTime(now - keptMs)} may be gone: then it never came to me.\n\nLook whether it is in WhatsApp, and send again what is not.`
      inbox.standing({ about: 'away', trouble: { id: written ?? '', text } })
    },
    taken() {
      last = now
      const isKept = now !== undefined && Math.abs(now - Number(written ?? 0)) < writtenEvery
      if (isKept || (now === undefined && written === undefined)) return
      // Of a time before somebody else answered who says none, nothing follows.
      const value = now === undefined ? null : String(now)
      sessions.set([{ ...row, value }], { flush: false })
      written = value ?? undefined
    },
  }
}
