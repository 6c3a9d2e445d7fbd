import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What can go wrong with a download. Offsets and lengths are bytes of the encrypted body.
 * - `status`: answers with that status, as 404 or 410 for an expired file
 * - `redirect`: answers 302 to another place
 * - `empty`: 200 and no body
 * - `chunked`: nothing wrong, but no content-length
 * - `wrong-mac`, `flipped-bit`: the body is damaged, its length is right
 * - `truncated`: ends after so many bytes as if that were all
 * - `cut`: the connection breaks after so many bytes
 * - `stall`: nothing comes after so many bytes, the connection stays open
 * - `slow`: trickles
 * - `longer`: so many bytes more than the message announced, without content-length
 */
export type DownloadFault =
  | { kind: 'status'; status: number }
  | { kind: 'redirect'; to: string }
  | { kind: 'empty' }
  | { kind: 'chunked' }
  | { kind: 'wrong-mac' }
  | { kind: 'flipped-bit'; at: number }
  | { kind: 'truncated'; after: number }
  | { kind: 'cut'; after: number }
  | { kind: 'stall'; after: number }
  | { kind: 'slow'; bytesPerSecond: number }
  | { kind: 'longer'; by: number }

/**
 * What can go wrong with an upload; offsets are bytes of the body.
 * - `status`: takes the body and answers with that status
 * - `cut`: the connection breaks after so many bytes
 * - `stall`: nothing more is taken after so many bytes (default: all of them), and no answer comes
 * - `slow`: takes the body at that pace
 * - `lost-reply`: the file is stored, but the connection breaks before the answer
 */
export type UploadFault =
  | { kind: 'status'; status: number }
  | { kind: 'cut'; after: number }
  | { kind: 'stall'; after?: number }
  | { kind: 'slow'; bytesPerSecond: number }
  | { kind: 'lost-reply' }

export class CutConnection extends Error {}

/** Takes a body in, chunk by chunk, with the fault in it; throws CutConnection where the connection has to break. */
export async function takeIn(
  body: AsyncIterable<Buffer>,
  fault: UploadFault | undefined,
  { signal, each }: { signal: AbortSignal; each: (chunk: Buffer) => void },
): Promise<void> {
  const gone = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
  let received = 0
  for await (const chunk of body) {
    each(chunk)
    received += chunk.length
    if (fault?.kind === 'cut' && received >= fault.after) throw new CutConnection()
    if (fault?.kind === 'stall' && received >= (fault.after ?? Number.POSITIVE_INFINITY)) await gone
    if (fault?.kind === 'slow')
      await sleep((chunk.length / fault.bytesPerSecond) * 1000, undefined, { signal }).catch(() => undefined)
  }
  if (fault?.kind === 'stall') await gone
}

/** The body with the fault in it; throws CutConnection where the connection has to break. */
export async function* damage(
  body: AsyncIterable<Buffer>,
  fault: DownloadFault | undefined,
  { length, signal }: { length: number; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  switch (fault?.kind) {
    case 'empty':
      return
    case 'wrong-mac':
      yield* flipBit(body, length - 1)
      return
    case 'flipped-bit':
      yield* flipBit(body, fault.at)
      return
    case 'truncated':
      yield* take(body, fault.after)
      return
    case 'cut':
      yield* take(body, fault.after)
      throw new CutConnection()
    case 'stall':
      yield* take(body, fault.after)
      await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
      return
    case 'slow':
      yield* trickle(body, fault.bytesPerSecond, signal)
      return
    case 'longer':
      yield* body
      for (let left = fault.by; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536))
      return
    default:
      yield* body
  }
}

async function* take(body: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count
  for await (const chunk of body) {
    if (left <= 0) return
    yield chunk.subarray(0, left)
    left -= chunk.length
  }
}

async function* flipBit(body: AsyncIterable<Buffer>, at: number): AsyncGenerator<Buffer> {
  let offset = 0
  for await (const chunk of body) {
    const copy = Buffer.from(chunk)
    const index = at - offset
    if (index >= 0 && index < copy.length) copy[index] = (copy[index] ?? 0) ^ 1
    offset += chunk.length
    yield copy
  }
}

async function* trickle(
  body: AsyncIterable<Buffer>,
  bytesPerSecond: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const step = Math.max(1, Math.ceil(bytesPerSecond / 20))
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length && !signal.aborted; at += step) {
      yield chunk.subarray(at, at + step)
      await sleep((step / bytesPerSecond) * 1000, undefined, { signal }).catch(() => undefined)
    }
  }
}
