import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { DeliveryError, reject, retry } from '../../../bridge/verdict.ts'
import { proxyAgent } from '../../proxy-agent.ts'
import { goOn } from './go-on.ts'
import type { MediaSource } from './source.ts'

export interface MediaLimits {
  /** Milliseconds between two pieces; for tests. */
  readonly idleMs?: number
  /** Milliseconds that it may be behind the slowest pace; for tests. */
  readonly lateMs?: number
  /** What WhatsApp itself takes where nothing is said. */
  readonly maxBytes?: number
}

/** WhatsApp's own media host. */
export const MEDIA_HOST = 'mmg.whatsapp.net'
/** WhatsApp takes no larger file itself. */
export const MAX_BYTES = 2_000 * 1024 * 1024
const MAX_REDIRECTS = 3
/** Milliseconds until an answer begins. */
const CONNECT_MS = 20_000
/** The same of the rest of a file, and until its first byte: of a line that stood still, Telegram has waited half of its minute by then. */
const REST_MS = 10_000
/** Slower than this is as good as nothing, bytes per second: several files may share a line of 64 kbit. */
const SLOWEST = 1024

const isAllowed = (url: URL, mediaHost: string | undefined): boolean =>
  url.protocol === 'https:' &&
  url.username === '' &&
  (url.host === mediaHost || (url.port === '' && /(^|\.)whatsapp\.net$/.test(url.hostname)))

/** Whether a text is an address at one of the media hosts. */
export const isMediaUrl = (text: string, mediaHost: string | undefined): boolean =>
  URL.canParse(text) && isAllowed(new URL(text), mediaHost)

/** Whether a `host` or `host:port` is one of them. */
export const isMediaHost = (host: string, mediaHost: string | undefined): boolean =>
  isMediaUrl(`https://${host}/`, mediaHost) && new URL(`https://${host}/`).host === host

/**
 * Where to fetch a file: its path at WhatsApp's own host, else the address in the message, which its sender wrote, and
 * only when it is one of WhatsApp's.
 */
export const mediaUrl = (source: Pick<MediaSource, 'path' | 'url'>, mediaHost: string | undefined): URL => {
  const host = mediaHost ?? MEDIA_HOST
  const text = source.path?.startsWith('/') ? `https://${host}${source.path}` : (source.url ?? '')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !isAllowed(url, mediaHost)) {
    throw reject('The file does not lie on one of the media hosts of WhatsApp')
  }
  return url
}

/**
 * Begins a download. The length in a message is a claim that WhatsApp's apps do not check, and some senders' programs get
 * wrong (mautrix-whatsapp, pkg/connector): nothing is refused for it. Rejects with a `DeliveryError`; the body that it
 * resolves to throws one, too, when it stalls, falls behind the slowest pace, is cut off or grows too large.
 */
export const download = async (
  url: URL,
  options: MediaLimits & { signal: AbortSignal; mediaHost: string | undefined },
): Promise<AsyncIterable<Buffer>> => {
  const { maxBytes = MAX_BYTES, signal } = options
  const begun = await open(url, { ...options, maxBytes })
  return goOn(begun, {
    open: from => open(url, { ...options, maxBytes: maxBytes - from, from }),
    signal,
  })
}

interface Opening extends MediaLimits {
  readonly maxBytes: number
  /** How many bytes of it are here; undefined at the beginning. */
  readonly from?: number
  readonly signal: AbortSignal
  readonly mediaHost: string | undefined
}

const open = async (url: URL, options: Opening): Promise<AsyncIterable<Buffer>> => {
  const { maxBytes: limit, from = 0 } = options
  let target = url
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await get(target, options)
    const { statusCode = 0, headers } = response
    const isRest = statusCode === 206 && headers['content-range']?.startsWith(`bytes ${from}-`)
    if (from === 0 ? statusCode === 200 : isRest) {
      if (Number(headers['content-length'] ?? 0) > limit) {
        response.destroy()
        throw tooLarge()
      }
      // Until somebody reads, an error has nobody to go to and would end the process.
      response.on('error', () => undefined)
      return pieces(response, options)
    }
    response.destroy()
    const location = headers.location
    if (statusCode < 300 || statusCode >= 400 || location === undefined) throw refusedWith(statusCode)
    const next = URL.canParse(location, target) ? new URL(location, target) : undefined
    if (next === undefined || !isAllowed(next, options.mediaHost)) {
      throw reject('The media host sent us to a foreign place')
    }
    target = next
  }
  throw retry('The media host sends us in circles')
}

const tooLarge = (): DeliveryError => reject('The file is larger than it may be')

/** The media host has deleted the file. */
export class FileGone extends DeliveryError {
  constructor(status: number) {
    super({ kind: 'reject' }, `WhatsApp does not have the file any more (${status})`)
  }
}

const refusedWith = (status: number): DeliveryError => {
  const gone = status === 403 || status === 404 || status === 410
  if (gone) return new FileGone(status)
  // 408 is what a host says that did not want to wait for a slow line.
  return status === 408 || status === 429 || status >= 500
    ? retry(`The media host has trouble (${status})`)
    : reject(`The media host refused the file (${status})`)
}

const get = async (
  url: URL,
  { signal, from }: Pick<Opening, 'signal' | 'from'>,
): Promise<IncomingMessage> => {
  const outgoing = request(url, {
    signal,
    agent: proxyAgent(url) ?? false,
    headers: {
      origin: 'https://web.whatsapp.com',
      // As Baileys asks for a part of a film (lib/Utils/messages-media.js, `downloadEncryptedContent`).
      ...(from !== undefined && { range: `bytes=${from}-` }),
    },
  })
  const patience = from === undefined ? CONNECT_MS : REST_MS
  const timer = setTimeout(() => outgoing.destroy(new Error('No answer in time')), patience)
  // Errors after the answer has begun are the body's.
  outgoing.on('error', () => undefined)
  try {
    outgoing.end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    return response
  } catch (error) {
    throw retry('The media host cannot be reached', error)
  } finally {
    clearTimeout(timer)
  }
}

/** The body, piece by piece. Waiting for a slow reader is no stall: only waiting for the sender counts. */
async function* pieces(
  response: IncomingMessage,
  { maxBytes: limit, from, idleMs = 30_000, lateMs = 60_000, signal }: Opening,
): AsyncGenerator<Buffer> {
  let patience = lateMs
  let since = performance.now()
  let timer: NodeJS.Timeout | undefined
  const expect = (idle: number): void => {
    since = performance.now()
    const words = idle < patience ? 'The download has stalled' : 'The download takes too long'
    timer = setTimeout(() => response.destroy(retry(words)), Math.min(idle, patience))
  }
  expect(from === undefined ? idleMs : Math.min(idleMs, REST_MS))
  const abort = () => response.destroy(retry('The download was stopped'))
  signal.addEventListener('abort', abort, { once: true })
  let received = 0
  try {
    for await (const piece of response) {
      clearTimeout(timer)
      patience = Math.min(lateMs, patience - (performance.now() - since) + (piece.length / SLOWEST) * 1000)
      received += piece.length
      if (received > limit) throw tooLarge()
      yield piece
      expect(idleMs)
    }
  } catch (error) {
    throw error instanceof DeliveryError ? error : retry('The download was cut off', error)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    response.destroy()
  }
}
