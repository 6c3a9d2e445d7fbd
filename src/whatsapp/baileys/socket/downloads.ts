import { createDecipheriv } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createInflate, inflateSync } from 'node:zlib'
import { DEFAULT_CONNECTION_CONFIG, type SocketConfig } from '@whiskeysockets/baileys'
import { DeliveryError, reject } from '../../../bridge/verdict.ts'
import { download, MEDIA_HOST, mediaUrl } from '../media/http.ts'
import { deriveMediaKeys, MAC_BYTES } from '../media/keys.ts'

/** Bytes of the largest file that is fetched for Baileys, and of the largest part of the past when it is inflated. */
const LARGEST = 64 * 1024 * 1024
/** Bytes of the largest part that a message itself brings, and of the same when it is inflated: what is large comes as a file. */
const LARGEST_INLINE = { deflated: 2 * 1024 * 1024, inflated: 16 * 1024 * 1024 }
/** Announced files of which the keys are kept: Baileys fetches one after the other. */
const MOST_ANNOUNCED = 8
/** For all tries together: all messages wait for it, and a connection on which they wait longer is ended (`watchdog.ts`). Milliseconds. */
const LONGEST = 4 * 60_000
const TRIES = 3
/** Between two tries, milliseconds. */
const PAUSE = 1000

type Announced = Parameters<SocketConfig['shouldSyncHistoryMessage']>[0]

/**
 * Fetches for Baileys what it does not get in messages: large parts of the past and of the app state. Baileys pipes the body of an
 * answer into its decipher and hears no error of it (lib/Utils/messages-media.js, `downloadEncryptedContent`): a line that
 * broke in the middle ended the process, and one that fell silent held up all messages for minutes. So a file is here as a
 * whole, from WhatsApp's own hosts, before Baileys gets anything. And it inflates the past whatever comes of it
 * (lib/Utils/history.js): some kilobytes could take all memory there is. What grows too large is left out.
 */
export class Downloads {
  readonly #mediaHost: string | undefined
  /** Keys of announced parts of the past, by the address that Baileys makes of where they lie. */
  readonly #announced = new Map<string, Uint8Array>()

  /** @param mediaHost `host:port` of a private test server */
  constructor(mediaHost: string | undefined) {
    this.#mediaHost = mediaHost
    globalThis.fetch = fetchForBaileys
  }

  /** What of the options of a socket leads its downloads here. */
  get options(): Pick<SocketConfig, 'options' | 'shouldSyncHistoryMessage'> {
    return {
      // Baileys passes it on, as `RequestInit.dispatcher`, and does nothing else with it.
      options: { dispatcher: this as unknown as NonNullable<RequestInit['dispatcher']> },
      shouldSyncHistoryMessage: announced => this.#mayTake(announced),
    }
  }

  /** Rejects with a `DeliveryError`, or with what zlib says of bytes that are none of the past. */
  async fetch(address: string): Promise<Response> {
    const bytes = await this.#fetchWhole(address, AbortSignal.timeout(LONGEST))
    const mediaKey = this.#announced.get(address)
    this.#announced.delete(address)
    if (mediaKey !== undefined) await measure(bytes, mediaKey)
    return new Response(bytes)
  }

  #mayTake(announced: Announced): boolean {
    if (!DEFAULT_CONNECTION_CONFIG.shouldSyncHistoryMessage(announced)) return false
    const { initialHistBootstrapInlinePayload: inline, directPath, mediaKey } = announced
    if (inline?.length) return isReasonable(inline)
    if (directPath && mediaKey) this.#announced.set(`https://${MEDIA_HOST}${directPath}`, mediaKey)
    const [oldest] = this.#announced.keys()
    if (this.#announced.size > MOST_ANNOUNCED && oldest !== undefined) this.#announced.delete(oldest)
    return true
  }

  async #fetchWhole(address: string, signal: AbortSignal): Promise<Buffer<ArrayBuffer>> {
    const { host, pathname, search } = new URL(address)
    const source = host === MEDIA_HOST ? { path: pathname + search } : { url: address }
    const options = { signal, mediaHost: this.#mediaHost, maxBytes: LARGEST }
    for (let tries = 1; ; tries += 1) {
      try {
        return await buffer(await download(mediaUrl(source, this.#mediaHost), options))
      } catch (error) {
        const again = error instanceof DeliveryError && error.verdict.kind === 'retry'
        if (!again || tries === TRIES || signal.aborted) throw error
      }
      await sleep(PAUSE, undefined, { signal })
    }
  }
}

const tooLarge = (): DeliveryError => reject('A part of the past is too large')

/** Rejects where an encrypted and deflated part of the past is larger than it may be. */
const measure = async (sealed: Buffer, mediaKey: Uint8Array): Promise<void> => {
  const { cipher, iv } = deriveMediaKeys(mediaKey, 'History')
  const decipher = createDecipheriv('aes-256-cbc', cipher, iv)
  let length = 0
  await pipeline([sealed.subarray(0, -MAC_BYTES)], decipher, createInflate(), async inflated => {
    for await (const piece of inflated) {
      length += (piece as Buffer).length
      if (length > LARGEST) throw tooLarge()
    }
  })
}

/** How many times as large as before bytes can be when they are inflated (RFC 1951: 258 for two bits, and the head of a block). */
const FACTOR = 1032

/** Strangers may ask, too, and all else waits meanwhile: what cannot become too large is not inflated for that. */
const isReasonable = (deflated: Uint8Array): boolean => {
  if (deflated.length > LARGEST_INLINE.deflated) return false
  if (deflated.length * FACTOR <= LARGEST_INLINE.inflated) return true
  try {
    inflateSync(deflated, { maxOutputLength: LARGEST_INLINE.inflated })
    return true
  } catch (error) {
    // What is no part of the past at all is Baileys' own affair.
    return !(error instanceof RangeError)
  }
}

const { fetch } = globalThis

/** Lets the requests that carry a `Downloads` go to it: Baileys knows no other way. All others go where they went. */
const fetchForBaileys: typeof fetch = (input, init) => {
  const dispatcher: unknown = init?.dispatcher
  return dispatcher instanceof Downloads ? dispatcher.fetch(String(input)) : fetch(input, init)
}
