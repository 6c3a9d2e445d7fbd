import type { Gate } from '../../outbox/index.ts'
import { type BridgeEvent, type Media, readEvent } from '../event.ts'

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

/** The same of attempts with large files, and of as many with small ones, which wait for no large ones. */
export const limitFilesBySize = (limit: number): ((event: string) => FilePlace) => {
  const [small, large] = [limitFiles(limit), limitFiles(limit)]
  return event => {
    let place: FilePlace | undefined
    // Asked with the first file: most of what is delivered has none.
    const own = (): FilePlace => {
      place ??= isSmall(event) ? small() : large()
      return place
    }
    return {
      get isIn() {
        return place?.isIn ?? false
      },
      enter: () => own().enter(),
      opens: signal => own().opens(signal),
      leave: () => place?.leave(),
    }
  }
}

/** Bytes of files that take a moment also where large ones take half an hour. */
const mostOfSmall = 1024 * 1024

/** Whether all that an event brings of files is small, as far as it says. */
const isSmall = (event: string): boolean =>
  filesOf(readEvent(event)).reduce((sum, { size = mostOfSmall + 1 }) => sum + size, 0) <= mostOfSmall

const filesOf = (event: BridgeEvent | undefined): readonly Media[] => {
  const content = event && 'content' in event ? event.content : undefined
  if (content?.kind === 'media') return [content.media]
  if (content?.kind === 'album') return content.items.map(({ media }) => media)
  if (content?.kind !== 'card') return []
  return [content, ...(content.more ?? [])].flatMap(({ media }) => media?.media ?? [])
}
