import type { SessionChange, SessionStore } from '../bridge/network.ts'
import { sharedSpace } from './address.ts'

/** The highest id that was known when a gap was over, or `goesOn`. */
const row = { type: 'unheard', id: sharedSpace } as const
const goesOn = 'goes on'

/**
 * Whether others may have written unheard in the id space that private chats and basic groups share, where it looks empty to all
 * chats but theirs: another program took the updates, nothing was heard for a day, a backup was put back, or nothing was ever heard. All
 * ids are of that space. What writes may throw when the disk does not take it.
 */
export interface Gap {
  /** Whether nothing is known yet that came behind it. */
  isOpen(): boolean
  /** From here on it goes on until it is `over`. `keep` writes that down. */
  begin(): void
  /** Writes down that it goes on, where it does and the disk has not taken that yet. */
  keep(): void
  /** Another program takes the updates no more. */
  over(): void
  /** There was one up to now. */
  passed(): void
  /** A message is known that was written in it, be it the latest one. */
  reaches(messageId: number): void
  /** Another bot counts anew. */
  forget(): void
}

/** `top`: the highest id known, 0 where none is. */
export const openGap = (sessions: SessionStore, top: () => number): Gap => {
  let upTo = sessions.get(row.type, row.id)
  const note = (value: string): void => {
    upTo = value
    if (sessions.get(row.type, row.id) !== value) sessions.set([{ ...row, value }])
  }
  // Where nothing is known at all, everything went unheard.
  const isOpen = (): boolean => upTo === goesOn || top() <= Number(upTo ?? 0)
  return {
    isOpen,
    begin() {
      upTo = goesOn
    },
    keep() {
      if (upTo === goesOn) note(goesOn)
    },
    over() {
      if (upTo !== goesOn) return
      const value = String(top())
      sessions.set([{ ...row, value }], { flush: false })
      upTo = value
    },
    passed() {
      if (upTo !== goesOn && top() > 0) note(String(top()))
    },
    reaches(messageId) {
      if (upTo !== goesOn && isOpen()) note(String(messageId))
    },
    forget() {
      sessions.set([{ ...row, value: null }])
      upTo = undefined
    },
  }
}

/** The gap since a backup was made that is put back, in which this id was the highest one known. */
export const gapSinceBackup = (sessions: SessionStore, top: string | undefined): SessionChange[] =>
  top === undefined || sessions.get(row.type, row.id) === goesOn ? [] : [{ ...row, value: top }]
