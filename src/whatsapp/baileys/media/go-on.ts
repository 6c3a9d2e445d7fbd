import { setTimeout as sleep } from 'node:timers/promises'
import { DeliveryError } from '../../../bridge/verdict.ts'

/** Milliseconds before the rest is asked for, each time. */
const pauses = [500, 4000]
/** Milliseconds after which it is not asked for once more: Telegram waits a minute for the bytes of an upload. */
const longest = 3000
/** A file that breaks off so often is rather damaged than its line. */
const mostBreaks = 20

interface Rest {
  /** Opens the file behind so many bytes. */
  readonly open: (from: number) => Promise<AsyncIterable<Buffer>>
  readonly signal: AbortSignal
}

/**
 * A body that goes on where its line breaks, as long as each try brings something: what has come is on its way to the other
 * side by then, which takes half an hour where the line is slow, and both would begin anew.
 */
export async function* goOn(begun: AsyncIterable<Buffer>, rest: Rest): AsyncGenerator<Buffer> {
  let body = begun
  let received = 0
  for (let breaks = 0; ; breaks += 1) {
    const before = received
    try {
      for await (const piece of body) {
        received += piece.length
        yield piece
      }
      return
    } catch (error) {
      const isBroken = error instanceof DeliveryError && error.verdict.kind === 'retry'
      if (!isBroken || received === before || breaks === mostBreaks) throw error
      const found = await openRest(received, rest)
      if (found === undefined) throw error
      body = found
    }
  }
}

const openRest = async (from: number, { open, signal }: Rest): Promise<AsyncIterable<Buffer> | undefined> => {
  const start = performance.now()
  for (const pause of pauses) {
    if (performance.now() - start > longest) break
    try {
      await sleep(pause, undefined, { signal })
      return await open(from)
    } catch {
      // Whatever it says of the rest, it says nothing of the file.
      if (signal.aborted) return undefined
    }
  }
  return undefined
}
