import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { proxyAgent } from '../../proxy-agent.ts'
import { readStart } from '../../read-start.ts'

/** For tests. */
export interface UploadLimits {
  /** Milliseconds between two pieces that the host takes. */
  readonly stallMs?: number
  /** Milliseconds from the arrival of the last piece to the answer. */
  readonly answerMs?: number
  /** Bytes per second; slower than this is as good as nothing: several files may share a line of 64 kbit. */
  readonly slowest?: number
}

export interface Answer {
  /** Of HTTP; 0 when there was no answer. */
  readonly status: number
  readonly text: string
  /** Why there was no answer. */
  readonly cause?: unknown
}

/** Milliseconds for what is handed over and waits in the buffers of the system, which are small where the line is slow. */
const BUFFERED = 128_000
/** Bytes of an answer that are read: it is a short JSON object. */
const LONGEST_ANSWER = 64 * 1024

/**
 * Sends a body of known length. Rejects with what the body itself threw, and with nothing else: a host that cannot be
 * reached, breaks off or stops taking anything is an answer of status 0. Node's own `fetch` would hold the whole body in
 * memory (undici issue 4058).
 */
export const post = async (
  url: URL,
  body: AsyncIterable<Buffer>,
  {
    length,
    signal,
    stallMs = 30_000,
    answerMs = 60_000,
    slowest = 1024,
  }: UploadLimits & { length: number; signal: AbortSignal },
): Promise<Answer> => {
  const outgoing = request(url, {
    method: 'POST',
    agent: proxyAgent(url) ?? false,
    signal,
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': length,
      origin: 'https://web.whatsapp.com',
    },
  })
  const giveUp = () => outgoing.destroy(new Error('The upload has stalled'))
  const total = setTimeout(giveUp, stallMs + answerMs + (length / slowest) * 1000)
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const expect = (milliseconds: number): void => {
    clearTimeout(timer)
    // The body may go on for a moment after the request has ended.
    if (!isOver) timer = setTimeout(giveUp, milliseconds)
  }
  let sourceError: unknown
  async function* watched(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of body) {
        expect(stallMs)
        yield chunk
        // Whoever brings the next piece has limits of its own: only waiting for the host counts.
        clearTimeout(timer)
      }
      expect(answerMs + Math.min((length / slowest) * 1000, BUFFERED))
    } catch (error) {
      sourceError = error
      throw error
    }
  }
  // Errors after the answer has begun are nobody's.
  outgoing.on('error', () => undefined)
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>
  const sending = pipeline(Readable.from(watched(), { objectMode: false }), outgoing)
  sending.catch(() => undefined)
  try {
    const [response] = await answered
    const text = (await readStart(response, LONGEST_ANSWER)).toString()
    return { status: response.statusCode ?? 0, text }
  } catch (error) {
    if (sourceError !== undefined) throw sourceError
    return { status: 0, text: '', cause: error }
  } finally {
    isOver = true
    clearTimeout(timer)
    clearTimeout(total)
    outgoing.destroy()
  }
}
