import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionStore } from '../../../bridge/network.ts'

/** Milliseconds between two looks. */
const lookEvery = 2000

const row = { type: 'trial', id: 'disk' } as const

/** Whether the disk takes a row, which is taken out again. Whatever keeps it from that keeps messages out, too. */
const takesRow = (sessions: SessionStore): boolean => {
  try {
    sessions.set([{ ...row, value: 'written to see whether the disk takes it' }])
    sessions.set([{ ...row, value: null }])
    return true
  } catch {
    return false
  }
}

/**
 * Resolves when the disk takes a row that it has refused before. Where it takes one at once, it refuses larger writes alone, of which
 * nothing can be seen here: never. Rejects when `signal` aborts.
 */
export const diskIsBack = async (sessions: SessionStore, signal: AbortSignal): Promise<void> => {
  const isAway = !takesRow(sessions)
  while (!isAway || !takesRow(sessions)) await sleep(lookEvery, undefined, { signal, ref: false })
}
