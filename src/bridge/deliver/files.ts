import { wait } from '../verdict.ts'

/** A place among the attempts that may have files open. */
export interface FilePlace {
  /** Resolves when the attempt may open its files; at once when it may already. Throws `DeliveryError` when aborted. */
  enter(): Promise<void>
  /** The attempt is over. */
  leave(): void
}

/**
 * Lets at most so many attempts have files open at a time, so that slow uploads leave memory and the line to the
 * others. An attempt takes one place for all its files: two albums cannot wait for each other.
 */
export const limitFiles = (limit: number): ((signal: AbortSignal) => FilePlace) => {
  let taken = 0
  const waiting = new Set<() => void>()
  const free = (): void => {
    const [next] = waiting
    if (next) next()
    else taken -= 1
  }

  return signal => {
    let place: Promise<void> | undefined
    let isIn = false
    const queue = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const enter = (): void => {
          waiting.delete(enter)
          signal.removeEventListener('abort', give)
          isIn = true
          resolve()
        }
        const give = (): void => {
          waiting.delete(enter)
          reject(wait(0, 'Stopped'))
        }
        waiting.add(enter)
        signal.addEventListener('abort', give, { once: true })
      })
    return {
      enter() {
        if (place === undefined && taken < limit) {
          taken += 1
          isIn = true
          place = Promise.resolve()
        }
        place ??= queue()
        return place
      },
      leave() {
        if (isIn) free()
        isIn = false
      },
    }
  }
}
