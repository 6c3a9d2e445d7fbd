import type { SessionStore } from '../bridge/network.ts'
import type { Clock } from '../support/clock.ts'
import { CallError } from './call-error.ts'

const type = 'at-work'

/**
 * On which files the server may still be at work: it has every byte of them, and has not answered. A proxy between us may
 * have given up long before, and so may this process; therefore it is kept between runs. By job: one sends its files one
 * after the other, and many jobs send into the same chat.
 */
export interface AtWork {
  /** Makes a request that sends files of a job; it says when the last byte is out, and of how many. */
  follow<T>(job: string, request: (onLastByte: (bytes: number) => void) => Promise<T>): Promise<T>
  /** Until when it may be at work for a job, in milliseconds since 1970; 0 where there is nothing to work on. */
  until(job: string): number
}

/** `graceMs` says how long it may take for so many bytes, in milliseconds. */
export const openAtWork = (
  sessions: SessionStore,
  { clock, graceMs }: { readonly clock: Clock; readonly graceMs: (bytes: number) => number },
): AtWork => {
  const known = new Map([...sessions.list(type)].map(({ id, value }) => [id, value]))
  const write = (changes: readonly { id: string; value: string | null }[]): void => {
    for (const { id, value } of changes) {
      if (value === null) known.delete(id)
      else known.set(id, value)
    }
    try {
      // What a power cut takes away, it takes longer than most files need.
      sessions.set(
        changes.map(change => ({ type, ...change })),
        { flush: false },
      )
    } catch {
      // A full disk: this process knows it all the same.
    }
  }
  /** What nobody heard the end of is over some time, too. */
  const over = () => [...known.keys()].filter(id => until(id) <= clock.now()).map(id => ({ id, value: null }))
  const until = (job: string): number => {
    const [time = 0, bytes = 0] = known.get(job)?.split(' ').map(Number) ?? []
    // The clock may have been set back since.
    return Math.min(time, clock.now() + graceMs(bytes))
  }
  return {
    async follow(job, request) {
      const end = (): void => write([{ id: job, value: null }])
      try {
        const result = await request(bytes =>
          write([...over(), { id: job, value: `${clock.now() + graceMs(bytes)} ${bytes}` }]),
        )
        end()
        return result
      } catch (error) {
        const kind = error instanceof CallError ? error.failure.kind : 'lost'
        if (kind === 'refused' || kind === 'page') end()
        throw error
      }
    },
    until,
  }
}
