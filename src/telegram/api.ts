import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { readAnswer, seemsRight } from './answer.ts'
import { CallError, NotJsonError, parseCallError } from './call-error.ts'
import { Api, InputFile, type RawApi } from './grammy.ts'
import { isKeptForBot } from './local-file.ts'
import { type UploadOptions, watchUpload } from './send/upload.ts'

export type { InputFile } from './grammy.ts'

/** Methods of the Bot API that take parameters. */
export type Method = Exclude<keyof RawApi, 'getMe' | 'getWebhookInfo' | 'logOut' | 'close'>
export type Payload<M extends Method> = Parameters<RawApi[M]>[0]
export type Result<M extends Method> = Awaited<ReturnType<RawApi[M]>>
export type BotUser = Awaited<ReturnType<RawApi['getMe']>>

export interface CallOptions {
  readonly signal?: AbortSignal
  /** For how long the whole call may take; 60 s where nothing is said. */
  readonly timeoutMs?: number
}

/** A file on its way out: the bytes are read once, while they are sent. */
export interface Upload {
  readonly name: string
  readonly bytes: AsyncIterable<Uint8Array>
}

/** The Bot API as the rest of this folder sees it. Every method throws `CallError`, whose text is safe to log. */
export interface BotApi {
  getMe(options?: CallOptions): Promise<BotUser>
  call<M extends Method>(method: M, payload: Payload<M>, options?: CallOptions): Promise<Result<M>>
  /**
   * Calls a method that sends files, which `payload` puts in their places. They are read one after the other, in the order
   * in which they stand there. An error of a file's own source comes through unchanged.
   */
  upload(
    method: Method,
    files: readonly Upload[],
    payload: (inputs: readonly InputFile[]) => Record<string, unknown>,
    options?: UploadOptions,
  ): Promise<unknown>
  /** Opens a file by the path that `getFile` gave. */
  download(path: string, signal: AbortSignal): Promise<Readable>
}

interface ApiOptions {
  readonly token: string
  readonly apiRoot: string
  /**
   * Hears what time it is by Telegram's clock, in milliseconds since 1970: the header `Date` of an answer, in whole seconds (RFC
   * 9110 6.6.1). telegram-bot-api itself sends none (TDLib `HttpHeaderCreator`; at api.telegram.org it is nginx that does), so
   * that the clock of the machine on which somebody runs a server of their own is not taken for Telegram's, unless they put
   * something in front of it that says so.
   */
  readonly onTime?: (time: number) => void
}

/** Server-side flood waits up to 8 s are absorbed before an answer comes (telegram-bot-api `Client.cpp`). */
const callTimeoutMs = 60_000
/** grammY's own time-out knows no sizes: out of the way. */
const grammyTimeoutSeconds = 24 * 3600

export const openApi = ({ token, apiRoot, onTime }: ApiOptions): BotApi => {
  const root = apiRoot.replace(/\/+$/, '')
  const { raw } = new Api(token, {
    apiRoot: root,
    timeoutSeconds: grammyTimeoutSeconds,
    fetch: ((url: string, init: RequestInit) => fetchJson(url, init, onTime)) as typeof fetch,
  })
  // grammY types its signals as those of a polyfill; the web build takes native ones.
  const methods = raw as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>
  const run = async (method: string, ...args: readonly unknown[]): Promise<unknown> => {
    const result = await methods[method]?.(...args)
    if (seemsRight(method, result)) return result
    throw new CallError(method, { kind: 'lost' }, `${method}: the answer is not that of a Bot API server`)
  }
  const redact = (text: string): string =>
    text.replaceAll(token, '<token>').replaceAll(encodeURIComponent(token), '<token>')

  const guard = async <T>(
    method: string,
    options: CallOptions,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const clock = new AbortController()
    const timer = setTimeout(() => clock.abort(new Error('timed out')), options.timeoutMs ?? callTimeoutMs)
    const signal = options.signal ? AbortSignal.any([clock.signal, options.signal]) : clock.signal
    try {
      return await work(signal)
    } catch (error) {
      if (signal.aborted) {
        const words = options.signal?.aborted ? 'stopped' : 'no answer in time'
        throw new CallError(method, { kind: 'lost' }, `${method}: ${words}`)
      }
      throw error instanceof CallError ? error : parseCallError(error, { method, bodyComplete: true, redact })
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    getMe: (options = {}) => guard('getMe', options, signal => run('getMe', signal) as Promise<BotUser>),

    call: <M extends Method>(method: M, payload: Payload<M>, options: CallOptions = {}) =>
      guard(method, options, signal => run(method, payload, signal) as Promise<Result<M>>),

    async upload(method, files, payload, options) {
      const watch = watchUpload(
        files.map(({ bytes }) => bytes),
        options,
      )
      // The server URL-decodes the name; raw, a `;` would cut it (telegram-bot-api HTTP reader).
      const inputs = watch.bodies.map(
        (body, index) => new InputFile(body, encodeURIComponent(files[index]?.name ?? '')),
      )
      try {
        return await run(method, payload(inputs), watch.signal)
      } catch (error) {
        if (watch.sourceError !== undefined) throw watch.sourceError
        if (error instanceof CallError) throw error
        throw parseCallError(watch.signal.aborted ? watch.signal.reason : error, {
          method,
          bodyComplete: watch.complete,
          redact,
        })
      } finally {
        watch.close()
      }
    },

    async download(path, signal) {
      // A Bot API server on this machine names a file on its own disk, which is ours.
      if (path.startsWith('/') || /^[A-Za-z]:\\/.test(path)) {
        if (isKeptForBot(path, { token, root })) return createReadStream(path, { signal })
        throw new CallError('download', { kind: 'lost' }, 'download: the server names a file of this machine')
      }
      const clock = new AbortController()
      const timer = setTimeout(() => clock.abort(new Error('no answer in time')), callTimeoutMs)
      try {
        const response = await fetch(`${root}/file/bot${token}/${path}`, {
          signal: AbortSignal.any([clock.signal, signal]),
          redirect: 'error',
        })
        if (response.ok && response.body) return Readable.fromWeb(response.body as ReadableStream)
        await response.body?.cancel()
        // `getFile` has just given the path away: whatever is said now, the file is not refused.
        throw new NotJsonError(response)
      } catch (error) {
        throw parseCallError(error, { method: 'download', bodyComplete: true, redact })
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/**
 * Native fetch, reading the answer itself so that the status of a reply that is no JSON is not lost, as it is in grammY.
 */
const fetchJson = async (
  url: string,
  init: RequestInit,
  onTime?: ApiOptions['onTime'],
): Promise<{ json(): Promise<unknown> }> => {
  const response = await fetch(url, { ...init, redirect: 'error' })
  const answer = readAnswer(await readText(response))
  if (answer === undefined) throw new NotJsonError(response)
  const time = Date.parse(response.headers.get('date') ?? '')
  if (!Number.isNaN(time)) onTime?.(time)
  return { json: async () => answer }
}

/** Bytes of an answer: a hundred updates that are as large as they can be are far below. */
const longestAnswer = 16 * 1024 * 1024

/** The text of an answer, packed or not; what is longer than any answer is none, and is not held in memory. */
const readText = async (response: Response): Promise<string> => {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of response.body ?? []) {
    size += piece.length
    if (size > longestAnswer) throw new NotJsonError(response)
    pieces.push(piece)
  }
  return new TextDecoder().decode(Buffer.concat(pieces))
}
