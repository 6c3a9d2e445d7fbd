import { Readable } from 'node:stream'
import type { Media } from '../bridge/event.ts'
import { parseStored } from '../bridge/stored-json.ts'
import { type DeliveryError, offline, reject, retry } from '../bridge/verdict.ts'
import type { BotApi } from './api.ts'
import { CallError } from './call-error.ts'
import { verdictOf } from './errors.ts'
import type { FileSource } from './parse/content.ts'
import { answerMs } from './send/upload.ts'

export interface OpenMediaOptions {
  readonly api: BotApi
  readonly signal: AbortSignal
  /** Whether the update loop reaches Telegram. */
  readonly connected: () => boolean
  /** For how long the download may stand still, in milliseconds. */
  readonly idleMs?: number
}

const usualIdleMs = 30_000
/**
 * What `getFile` answers when the server could not fetch the file, for whatever reason: it "eventually works"
 * (tdlib/telegram-bot-api#32).
 */
const unavailable = 'file is temporarily unavailable'

/** Opens a file that stands in Telegram. Throws `DeliveryError`, and so does the stream when it stalls or is cut off. */
export const openMedia = async (
  media: Media,
  { api, signal, connected, idleMs = usualIdleMs }: OpenMediaOptions,
): Promise<Readable> => {
  const { fileId } = parseStored(media.source) as FileSource
  try {
    // A server of one's own fetches the whole file before it answers. Longer than 300 s Node waits for no answer.
    const timeoutMs = answerMs(media.size ?? 0)
    const { file_path: path } = await api.call('getFile', { file_id: fileId }, { signal, timeoutMs })
    if (path === undefined) throw reject('Telegram does not give the file away')
    return follow(await api.download(path, signal), { connected, idleMs })
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (error.says('file is too big')) {
      throw reject('The file is over the 20 MB that Telegram lets a bot download', error)
    }
    const failure = error.says(unavailable)
      ? retry('Telegram cannot give the file away at the moment', error)
      : verdictOf(error, { sending: false })
    throw unlessOffline(failure, connected)
  }
}

/** Not `Readable.from`: that would close the source of a reader that goes away only when the next piece has come. */
const follow = (
  source: Readable,
  options: Pick<Required<OpenMediaOptions>, 'connected' | 'idleMs'>,
): Readable => {
  const iterator = pieces(source, options)
  const stream = new Readable({
    read() {
      iterator.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        error => this.destroy(error),
      )
    },
    destroy(error, callback) {
      source.destroy()
      callback(error)
    },
  })
  // Nobody may be reading yet when the connection breaks: an unheard error would end the process.
  for (const each of [source, stream]) each.on('error', () => undefined)
  return stream
}

/** Waiting for a slow reader is no stall: only waiting for Telegram counts. */
async function* pieces(
  source: Readable,
  { connected, idleMs }: Pick<Required<OpenMediaOptions>, 'connected' | 'idleMs'>,
): AsyncGenerator<Buffer> {
  const stalled = () => source.destroy(new Error('No more came'))
  let timer = setTimeout(stalled, idleMs)
  try {
    for await (const piece of source) {
      clearTimeout(timer)
      yield piece
      timer = setTimeout(stalled, idleMs)
    }
  } catch (error) {
    throw unlessOffline(retry('The download from Telegram was cut off', error), connected)
  } finally {
    clearTimeout(timer)
    source.destroy()
  }
}

/** While Telegram cannot be reached at all, a failure says nothing about the file. */
const unlessOffline = (error: DeliveryError, connected: () => boolean): DeliveryError =>
  error.verdict.kind === 'retry' && !connected() ? offline('Telegram cannot be reached', error) : error
