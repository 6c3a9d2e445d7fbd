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

/** Bytes of files that take a moment also where large ones take half an hour. */
const small = 1024 * 1024

/** Whether all that an event brings of files is small, as far as it says. */
export const isSmall = (event: string): boolean =>
  filesOf(readEvent(event)).reduce((sum, { size = small + 1 }) => sum + size, 0) <= small

const filesOf = (event: BridgeEvent | undefined): readonly Media[] => {
  const content = event && 'content' in event ? event.content : undefined
  if (content?.kind === 'media') return [content.media]
  if (content?.kind === 'album') return content.items.map(({ media }) => media)
  if (content?.kind !== 'card') return []
  return [content, ...(content.more ?? [])].flatMap(({ media }) => media?.media ?? [])
}
