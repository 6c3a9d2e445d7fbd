import type { SessionStore } from '../bridge/network.ts'
import type { Clock } from '../support/clock.ts'
import { CallError } from './call-error.ts'

const type = 'at-work'

/**
 * On which files the server may still be at work: it has every byte of them, and has not answered. A proxy between us may
 * have given up long before, and so may this process; therefore it is kept between runs.
 */
export interface AtWork {
  /** Makes a request that sends files to a chat; it says when the last byte is out, and of how many. */
  follow<T>(chatId: number | string, request: (onLastByte: (bytes: number) => void) => Promise<T>): Promise<T>
  /** Until when it may be at work for a chat, in milliseconds since 1970; 0 where there is nothing to work on. */
  until(chatId: number | string): number
}

/** `graceMs` says how long it may take for so many bytes, in milliseconds. */
export const openAtWork = (
  sessions: SessionStore,
  { clock, graceMs }: { readonly clock: Clock; readonly graceMs: (bytes: number) => number },
): AtWork => {
  const known = new Map<string, string>()
  const write = (id: string, value: string | null): void => {
    if (value === null) known.delete(id)
    else known.set(id, value)
    try {
      // What a power cut takes away, it takes longer than most files need.
      sessions.set([{ type, id, value }], { flush: false })
    } catch {
      // A full disk: this process knows it all the same.
    }
  }
  return {
    async follow(chatId, request) {
      const id = String(chatId)
      try {
        const result = await request(bytes => write(id, `${clock.now() + graceMs(bytes)} ${bytes}`))
        write(id, null)
        return result
      } catch (error) {
        if (error instanceof CallError && error.failure.kind === 'refused') write(id, null)
        throw error
      }
    },
    until(chatId) {
      const id = String(chatId)
      const value = known.get(id) ?? sessions.get(type, id)
      if (value === undefined) return 0
      const [until = 0, bytes = 0] = value.split(' ').map(Number)
      // The clock may have been set back since.
      return Math.min(until, clock.now() + graceMs(bytes))
    },
  }
}
