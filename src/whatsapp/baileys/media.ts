import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Media } from '../../bridge/event.ts'
import { DeliveryError, offline, reject, retry } from '../../bridge/verdict.ts'
import { largestPicture, type Picture } from './media/group-picture.ts'
import { download, FileGone, type MediaLimits, mediaUrl } from './media/http.ts'
import { deriveMediaKeys, MAC_BYTES, sealedLength } from './media/keys.ts'
import { type MediaSource, parseSource } from './media/source.ts'

/** Held back until the MAC is known: the block that may be all padding, and one before it. */
const HELD_BLOCKS = 32
/** Bytes of an unencrypted file that are held back until its hash is known. */
const HELD_BYTES = 64 * 1024

export interface OpenMediaOptions extends MediaLimits {
  readonly signal: AbortSignal
  /** `host:port` of a private test server. */
  readonly mediaHost: string | undefined
  /** Whether there is no connection to WhatsApp now, but will be. */
  readonly isAway?: () => boolean
  /** Asks the phone to put a file up again that is gone; resolves to its new path. Throws `DeliveryError`. */
  readonly reupload?: (source: MediaSource) => Promise<string>
  /** Asks where the picture of a group lies; undefined without a connection. Throws `DeliveryError`. */
  readonly findPicture?: (picture: Picture) => Promise<string | undefined>
}

/**
 * Opens a file that somebody sent: fetched from WhatsApp's media hosts, decrypted on the way, never as a whole in memory
 * or on disk. The last bytes come only when the file has proved undamaged; else the stream fails with a `DeliveryError`
 * (Baileys' own downloader verifies nothing: lib/Utils/messages-media.js).
 */
export const openMedia = async (media: Media, given: OpenMediaOptions): Promise<Readable> => {
  const source = readSource(media)
  const over = new AbortController()
  const options = { ...given, signal: AbortSignal.any([given.signal, over.signal]) }
  const file =
    source.picture === undefined ? await openFile(source, options) : await openPicture(source, options)
  const pieces = file[Symbol.asyncIterator]()
  // Not `Readable.from`: that would end the download of a reader that goes away only with the next piece, or never where
  // nobody has asked for the first one.
  const stream = new Readable({
    read() {
      pieces.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        error => this.destroy(error),
      )
    },
    destroy(error, callback) {
      over.abort()
      // Where no piece is being waited for, it learns of the end only so.
      pieces.return?.().catch(() => undefined)
      callback(error)
    },
  })
  // Nobody may be reading yet when the connection breaks: an unheard error would end the process.
  stream.on('error', () => undefined)
  return stream
}

const openFile = async (source: MediaSource, options: OpenMediaOptions): Promise<AsyncIterable<Buffer>> => {
  const body = await fetchOrAsk(source, options)
  return source.key === undefined ? check(body, source) : decrypt(body, source, source.key)
}

/** Milliseconds that a group's picture is waited for: the words about it, and the whole chat, wait as long. */
const PICTURE_MS = 5000

/**
 * Neither encrypted nor described by anybody: it comes from WhatsApp's own host over TLS, at once, or not at all.
 * Whatever goes wrong with it, the words go without it: it is not worth another try, for which the whole chat would
 * have to wait.
 */
const openPicture = async (
  { picture }: MediaSource,
  { findPicture, ...options }: OpenMediaOptions,
): Promise<AsyncIterable<Buffer>> => {
  if (picture === undefined || findPicture === undefined) throw reject('The picture cannot be had')
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(PICTURE_MS)])
  try {
    const url = await whenConnected(() => unlessAborted(findPicture(picture), signal), signal)
    const limits = { ...options, signal, maxBytes: largestPicture }
    return Readable.from([await buffer(await download(mediaUrl({ url }, options.mediaHost), limits))])
  } catch (error) {
    const stays =
      options.signal.aborted || (error instanceof DeliveryError && error.verdict.kind === 'reject')
    throw stays ? error : reject('The picture did not come at once', error)
  }
}

/** Behind a restart the words may go before WhatsApp is there. */
const whenConnected = async <T>(ask: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> => {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await sleep(100, undefined, { signal })
  }
}

const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, fail) => {
      signal.addEventListener('abort', () => fail(retry('Stopped')), { once: true })
    }),
  ])

const fetchOrAsk = async (source: MediaSource, options: OpenMediaOptions): Promise<AsyncIterable<Buffer>> => {
  const { reupload } = options
  try {
    return await fetchFile(source, options)
  } catch (error) {
    if (!(error instanceof FileGone) || reupload === undefined) throw error
  }
  const path = await reupload(source)
  return fetchFile({ ...source, path }, options)
}

const fetchFile = async (source: MediaSource, options: OpenMediaOptions): Promise<AsyncIterable<Buffer>> => {
  const { mediaHost, isAway } = options
  /** While WhatsApp cannot be reached at all, a failure says nothing about the file. */
  const unlessAway = (error: unknown): unknown =>
    error instanceof DeliveryError && error.verdict.kind === 'retry' && isAway?.()
      ? offline('WhatsApp cannot be reached', error)
      : error
  async function* watched(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      yield* body
    } catch (error) {
      throw unlessAway(error)
    }
  }
  try {
    return watched(await download(mediaUrl(source, mediaHost), options))
  } catch (error) {
    throw unlessAway(error)
  }
}

const readSource = (media: Media): MediaSource => {
  try {
    return parseSource(media.source)
  } catch (error) {
    throw reject('The message does not say where its file is', error)
  }
}

async function* decrypt(
  body: AsyncIterable<Buffer>,
  source: MediaSource,
  key: string,
): AsyncGenerator<Buffer> {
  const keys = deriveMediaKeys(Buffer.from(key, 'base64'), source.keys)
  const mac = createHmac('sha256', keys.mac).update(keys.iv)
  const decipher = createDecipheriv('aes-256-cbc', keys.cipher, keys.iv)
  let length = 0
  let tail: Buffer = Buffer.alloc(0)
  for await (const chunk of body) {
    length += chunk.length
    const bytes = tail.length === 0 ? chunk : Buffer.concat([tail, chunk])
    const end = Math.max(0, bytes.length - MAC_BYTES - HELD_BLOCKS)
    tail = Buffer.from(bytes.subarray(end))
    const sealed = bytes.subarray(0, end)
    mac.update(sealed)
    const plain = decipher.update(sealed)
    if (plain.length > 0) yield plain
  }
  const last = tail.subarray(0, Math.max(0, tail.length - MAC_BYTES))
  const expected = mac.update(last).digest().subarray(0, MAC_BYTES)
  if (last.length === 0 || !timingSafeEqual(expected, tail.subarray(last.length))) {
    throw damaged(length < sealedLength(source.size ?? 0))
  }
  yield finish(decipher, last)
}

const finish = (decipher: ReturnType<typeof createDecipheriv>, last: Buffer): Buffer => {
  try {
    return Buffer.concat([decipher.update(last), decipher.final()])
  } catch (error) {
    throw reject('The file is damaged', error)
  }
}

/** Files of channels are not encrypted: their hash stands in for the MAC. */
async function* check(body: AsyncIterable<Buffer>, source: MediaSource): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let held: Buffer = Buffer.alloc(0)
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    hash.update(chunk)
    const bytes = Buffer.concat([held, chunk])
    const end = Math.max(0, bytes.length - HELD_BYTES)
    held = Buffer.from(bytes.subarray(end))
    if (end > 0) yield bytes.subarray(0, end)
  }
  if (hash.digest('base64') !== source.sha256) throw damaged(length < (source.size ?? 0))
  yield held
}

/** A file that is too short has probably been cut off on the way. */
const damaged = (isShort: boolean) =>
  isShort ? retry('The download ended too early') : reject('The file is damaged')
