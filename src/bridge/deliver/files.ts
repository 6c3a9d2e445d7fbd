import type { Gate } from '../../outbox/index.ts'

/** A place among the attempts that may have files open. */
export interface FilePlace extends Gate {
  /** Whether the attempt has its place. */
  readonly isIn: boolean
}

/**
 * Lets at most so many attempts have files open at a time, so that slow uploads leave memory and the line to the
 * others. A call takes one place for all its files: two albums cannot wait for each other.
 */
export const limitFiles = (limit: number): (() => FilePlace) => {
  let taken = 0
  /** Whoever waited longest is told first. */
  const waiting = new Set<() => void>()

  return () => {
    let isIn = false
    return {
      get isIn() {
        return isIn
      },
      enter() {
        if (!isIn && taken < limit) {
          taken += 1
          isIn = true
        }
        return isIn
      },
      opens: signal =>
        new Promise(resolve => {
          if (signal.aborted) return resolve()
          const tell = (): void => {
            waiting.delete(tell)
            signal.removeEventListener('abort', tell)
            resolve()
          }
          waiting.add(tell)
          signal.addEventListener('abort', tell, { once: true })
        }),
      leave() {
        if (!isIn) return
        isIn = false
        taken -= 1
        for (const tell of [...waiting]) tell()
      },
    }
  }
}
