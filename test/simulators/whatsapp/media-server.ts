import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import {
  decryptMedia,
  encryptedLength,
  encryptMediaStream,
  type MediaFacts,
  type MediaFields,
  type MediaKind,
  measureMedia,
} from './media-cipher.ts'
import { CutConnection, type DownloadFault, damage, takeIn, type UploadFault } from './media-faults.ts'

/** The test CA that signed the server's certificate, for NODE_EXTRA_CA_CERTS. */
export const CA_FILE = join(import.meta.dirname, 'fixtures/tls/ca.pem')

/** Lets this process trust the media server; another one gets `NODE_EXTRA_CA_CERTS` = `CA_FILE`. */
export function trustTestCa(): void {
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(CA_FILE, 'utf8')])
}

export type { MediaFields } from './media-cipher.ts'

/** A plain file of `size` bytes that repeats `fill` (default: zeros) and never exists as a whole. */
export interface LazyFile {
  size: number
  fill?: number | string | Buffer
}

export interface MediaRequest {
  method: string
  /** Path and query, as asked for. */
  url: string
  headers: IncomingHttpHeaders
  /** 0 until answered. */
  readonly status: number
  bytesSent: number
  bytesReceived: number
  /** The client went away, or was cut off, before the end. */
  aborted: boolean
}

/** A web page that stands beside the files: what links in messages lead to. */
export interface Page {
  body?: string | Buffer
  /** Default: 200. */
  status?: number
  /** Default: an HTML page in UTF-8. */
  headers?: Readonly<Record<string, string>>
  /** The answer never comes to its end. */
  endless?: boolean
  /** Who asks without these headers gets 400. */
  needs?: Readonly<Record<string, RegExp>>
}

interface StoredFile {
  directPath: string
  length: number
  open: () => AsyncIterable<Buffer>
}

interface Planned<Fault> {
  fault: Fault
  left: number
  /** Bytes that a body has more than, where it meets the fault. */
  over?: number
}

/** Bytes of the largest upload that can be downloaded again; of larger ones only length and hash are looked at. */
const MOST_KEPT = 64 * 1024 * 1024

/** The paths of Baileys' `MEDIA_PATH_MAP` (lib/Defaults/index.js) that messages use. */
const UPLOAD_PATH = /^\/mms\/(image|video|document|audio)\/([\w-]{43})$/

/** Starts WhatsApp's media host on a free port of 127.0.0.1, over TLS. `name`: what it calls itself. */
export async function startMediaServer(name = '127.0.0.1'): Promise<MediaServer> {
  const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures/tls', name))
  const server = createServer({ key: fixture('server-key.pem'), cert: fixture('server.pem') })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new MediaServer(server, name)
}

/**
 * WhatsApp's media host: keeps encrypted files under unguessable paths and takes uploads as Baileys sends them
 * (lib/Utils/messages-media.js). It never sees a media key except for the files that a test puts here itself.
 */
export class MediaServer {
  /** `127.0.0.1:PORT`, or by another name, as in `hosts` of a `media_conn`. */
  readonly host: string
  readonly caFile = CA_FILE
  /** The `auth` of a `media_conn`, without which nothing is stored. */
  readonly auth = randomBytes(24).toString('base64url')
  readonly requests: MediaRequest[] = []
  /** Direct paths of what was uploaded, in order. */
  readonly uploads: string[] = []
  readonly #server: Server
  readonly #files = new Map<string, StoredFile>()
  readonly #pages = new Map<string, Page>()
  readonly #expired = new Map<string, StoredFile>()
  readonly #downloadFaults = new Map<string, Planned<DownloadFault>>()
  #uploadFault: Planned<UploadFault> | undefined
  #connections = 0
  #rangeStatus: number | undefined

  constructor(server: Server, name: string) {
    this.#server = server
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('The media server is not listening')
    this.host = `${name}:${address.port}`
    server.on('connection', () => {
      this.#connections += 1
    })
    server.on('request', (request, response) => {
      void this.#answer(request, response)
    })
  }

  /** How many have come in. */
  get connections(): number {
    return this.#connections
  }

  /**
   * Stores a file as a contact's phone would and returns what its message says about it. `announcedLength` lets the
   * message lie about the length.
   */
  async put(
    file: Uint8Array | LazyFile,
    kind: MediaKind,
    options: { announcedLength?: number } = {},
  ): Promise<MediaFields> {
    const plain = file instanceof Uint8Array ? () => [Buffer.from(file)] : () => repeat(file)
    const facts = await measureMedia(plain(), kind)
    const { directPath } = this.#store(encryptedLength(facts.fileLength), () =>
      encryptMediaStream(plain(), facts.mediaKey, kind),
    )
    return {
      ...facts,
      fileLength: options.announcedLength ?? facts.fileLength,
      directPath,
      url: this.#url(directPath),
      mediaKeyTimestamp: Math.floor(Date.now() / 1000),
    }
  }

  /** Stores a file as it is, for everybody who has its address: pictures of groups. Returns its path and address. */
  publish(bytes: Uint8Array): { directPath: string; url: string } {
    const open = () => Readable.from([Buffer.from(bytes)], { objectMode: false })
    const { directPath } = this.#store(bytes.length, open, '/v/t61.24694-24/')
    return { directPath, url: `https://${this.host}${directPath}` }
  }

  /** Puts encrypted bytes where a message says that they are. */
  place(directPath: string, bytes: Uint8Array): void {
    const open = () => Readable.from([Buffer.from(bytes)], { objectMode: false })
    this.#files.set(pathOf(directPath), { directPath, length: bytes.length, open })
  }

  /** Deletes a file from the host, as WhatsApp does after some weeks: a download gets 410. */
  expire(directPath: string): void {
    const file = this.#files.get(pathOf(directPath))
    if (file === undefined) throw new Error(`There is no file at "${directPath}"`)
    this.#files.delete(pathOf(directPath))
    this.#expired.set(pathOf(directPath), file)
  }

  /** Puts up again what a phone still has; returns its new path, or undefined when it was never here. */
  putAgain(directPath: string): string | undefined {
    const file = this.#expired.get(pathOf(directPath)) ?? this.#files.get(pathOf(directPath))
    return file && this.#store(file.length, () => file.open()).directPath
  }

  /** Reads a file as a contact's phone would, and throws where its message does not fit. */
  async read(message: MediaFacts & { directPath: string }, kind: MediaKind): Promise<Buffer> {
    const file = this.#files.get(pathOf(message.directPath))
    if (!file || file.directPath !== message.directPath) {
      throw new Error(`There is no file at "${message.directPath}"`)
    }
    const chunks: Buffer[] = []
    for await (const chunk of file.open()) chunks.push(chunk)
    return decryptMedia(Buffer.concat(chunks), message, kind)
  }

  /** Puts a web page at a path; returns its address. */
  page(path: string, page: Page | string): string {
    this.#pages.set(path, typeof page === 'string' ? { body: page } : page)
    return `https://${this.host}${path}`
  }

  /** Makes downloads of one file fail, `times` times or (by default) always. */
  fault(file: { directPath: string }, fault: DownloadFault, times = Number.POSITIVE_INFINITY): void {
    this.#downloadFaults.set(pathOf(file.directPath), { fault, left: times })
  }

  /** Answers whoever asks for the rest of a file with this status; 200 is the whole of it. */
  refuseRanges(status: number): void {
    this.#rangeStatus = status
  }

  /** Makes uploads fail, or those of more than `over` bytes, `times` times or (by default) always. */
  faultUploads(fault: UploadFault, times = Number.POSITIVE_INFINITY, { over = 0 } = {}): void {
    this.#uploadFault = { fault, left: times, over }
  }

  /** How many uploads are still to fail. */
  get uploadFaultsWaiting(): number {
    return this.#uploadFault?.left ?? 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    const seen: MediaRequest = {
      method,
      url,
      headers,
      get status() {
        return response.headersSent ? response.statusCode : 0
      },
      bytesSent: 0,
      bytesReceived: 0,
      aborted: false,
    }
    this.requests.push(seen)
    const gone = new AbortController()
    response.on('close', () => {
      seen.aborted = !response.writableFinished
      gone.abort()
    })
    try {
      const page = this.#pages.get(url)
      if (page && !hasAll(headers, page.needs)) reply(response, 400, { error: 'This is no browser' })
      else if (page) showPage(page, response)
      else if (method === 'GET') await this.#download(seen, response, gone.signal)
      else if (method === 'POST') await this.#upload(seen, request, { response, signal: gone.signal })
      else reply(response, 405, { error: `Method "${method}" is not allowed` })
    } catch (error) {
      response.destroy()
      // A client that goes away is its own business; anything else is a bug of this simulator.
      if (!(error instanceof CutConnection) && !gone.signal.aborted) throw error
    }
  }

  async #download(seen: MediaRequest, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const file = this.#files.get(pathOf(seen.url))
    const status = this.#expired.has(pathOf(seen.url)) ? 410 : 404
    if (!file) return reply(response, status, { error: 'There is no such file' })
    if (!isSignedFor(seen.url, file)) return reply(response, 403, { error: 'The URL signature is wrong' })
    const fault = take(this.#downloadFaults.get(pathOf(seen.url)))
    if (fault?.kind === 'status') return reply(response, fault.status, { error: 'Injected fault' })
    if (fault?.kind === 'redirect') {
      response.writeHead(302, { location: fault.to }).end()
      return
    }
    const length = announced(file.length, fault)
    if (seen.headers.range && this.#rangeStatus && this.#rangeStatus !== 200)
      return reply(response, this.#rangeStatus, { error: 'Injected fault' })
    const from =
      this.#rangeStatus === 200 ? 0 : Number(/^bytes=(\d+)-$/.exec(seen.headers.range ?? '')?.[1] ?? 0)
    if (from >= file.length && from > 0)
      return reply(response, 416, { error: 'There is nothing behind that' })
    const lengthHeader = length === undefined ? {} : { 'content-length': Math.max(0, length - from) }
    const range = from === 0 ? {} : { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` }
    const headers = { 'content-type': 'application/octet-stream', ...lengthHeader, ...range }
    response.writeHead(from === 0 ? 200 : 206, headers)
    response.flushHeaders()
    const body = behind(damage(file.open(), fault, { length: file.length, signal }), from)
    const counted = async function* () {
      for await (const chunk of body) {
        yield chunk
        seen.bytesSent += chunk.length
      }
    }
    await pipeline(Readable.from(counted(), { objectMode: false, highWaterMark: 65_536 }), response)
  }

  async #upload(
    seen: MediaRequest,
    request: IncomingMessage,
    { response, signal }: { response: ServerResponse; signal: AbortSignal },
  ): Promise<void> {
    const hash = createHash('sha256')
    let chunks: Buffer[] | undefined = []
    const { over = 0 } = this.#uploadFault ?? {}
    const fault = Number(seen.headers['content-length']) > over ? take(this.#uploadFault) : undefined
    const each = (chunk: Buffer) => {
      seen.bytesReceived += chunk.length
      hash.update(chunk)
      if (seen.bytesReceived > MOST_KEPT) chunks = undefined
      chunks?.push(chunk)
    }
    await takeIn(request, fault, { signal, each })
    if (signal.aborted) return
    if (fault?.kind === 'status') return reply(response, fault.status, { error: 'Injected fault' })
    const length = seen.bytesReceived
    const refusal = this.#uploadRefusal(seen.url, { length, sha256: hash.digest('base64url') })
    if (refusal) return reply(response, refusal.status, { error: refusal.error })
    const body = chunks ?? [Buffer.from('This upload was too large to be kept')]
    const { directPath } = this.#store(length, () => Readable.from(body))
    this.uploads.push(directPath)
    if (fault?.kind === 'lost-reply') throw new CutConnection()
    const handle = randomBytes(16).toString('base64url')
    reply(response, 200, { url: this.#url(directPath), direct_path: directPath, handle })
  }

  #uploadRefusal(
    target: string,
    { length, sha256 }: { length: number; sha256: string },
  ): { status: number; error: string } | undefined {
    const url = new URL(target, `https://${this.host}`)
    const [, , name] = UPLOAD_PATH.exec(url.pathname) ?? []
    if (!name) return { status: 404, error: `There is no upload path "${url.pathname}"` }
    if (url.searchParams.get('auth') !== this.auth) return { status: 401, error: 'auth is wrong' }
    if (url.searchParams.get('token') !== name)
      return { status: 400, error: 'token is not the name of the file' }
    if (length <= 10 || length % 16 !== 10) return { status: 400, error: 'This is no encrypted file' }
    return sha256 === name ? undefined : { status: 400, error: 'token is not the SHA-256 of the body' }
  }

  #store(length: number, open: () => AsyncIterable<Buffer>, folder = '/v/t62.7118-24/'): StoredFile {
    const suffix = folder === '/v/t62.7118-24/' ? 'enc' : 'jpg'
    const path = `${folder}${randomBytes(8).readBigUInt64BE()}_${randomBytes(8).readBigUInt64BE()}_n.${suffix}`
    const expires = (Math.floor(Date.now() / 1000) + 14 * 86_400).toString(16).toUpperCase()
    const signature = `01_${randomBytes(24).toString('base64url')}`
    const directPath = `${path}?ccb=11-4&oh=${signature}&oe=${expires}&_nc_sid=5e03e0`
    const file = { directPath, length, open }
    this.#files.set(path, file)
    return file
  }

  #url(directPath: string): string {
    return `https://${this.host}${directPath}&mms3=true`
  }
}

function pathOf(target: string): string {
  return new URL(target, 'https://media').pathname
}

/** Everything in the direct path's query has to be asked for; clients add parameters of their own. */
function isSignedFor(target: string, file: StoredFile): boolean {
  const asked = new URL(target, 'https://media').searchParams
  const signed = new URL(file.directPath, 'https://media').searchParams
  return signed.entries().every(([name, value]) => asked.get(name) === value)
}

function announced(length: number, fault: DownloadFault | undefined): number | undefined {
  switch (fault?.kind) {
    case 'chunked':
    case 'longer':
      return undefined
    case 'empty':
      return 0
    case 'truncated':
      return Math.min(length, fault.after)
    default:
      return length
  }
}

async function* behind(body: AsyncIterable<Buffer>, from: number): AsyncGenerator<Buffer> {
  let left = from
  for await (const chunk of body) {
    if (left < chunk.length) yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}

function take<Fault>(planned: Planned<Fault> | undefined): Fault | undefined {
  if (!planned || planned.left <= 0) return undefined
  planned.left -= 1
  return planned.fault
}

function hasAll(headers: IncomingHttpHeaders, needs: Page['needs'] = {}): boolean {
  return Object.entries(needs).every(([name, value]) => value.test(String(headers[name] ?? '')))
}

function showPage(page: Page, response: ServerResponse): void {
  const { body = '', status = 200, headers = {}, endless = false } = page
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers })
  if (endless) response.write(body)
  else response.end(body)
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function* repeat({ size, fill = 0 }: LazyFile): Generator<Buffer> {
  const unit = typeof fill === 'number' ? 1 : Buffer.byteLength(fill)
  const chunk = Buffer.alloc(unit * Math.ceil(65_536 / unit), fill)
  for (let left = size; left > 0; left -= chunk.length) yield chunk.subarray(0, left)
}
