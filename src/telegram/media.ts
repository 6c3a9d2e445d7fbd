import { Readable } from 'node:stream'
import type { Media } from '../bridge/event.ts'
import { reject, retry } from '../bridge/verdict.ts'
import type { BotApi } from './api.ts'
import { CallError } from './call-error.ts'
import { verdictOf } from './errors.ts'
import type { FileSource } from './parse/content.ts'

/** For how long a download may stand still, in milliseconds. */
const usualIdleMs = 30_000

/** Opens a file that stands in Telegram. Throws `DeliveryError`, and so does the stream when it stalls or is cut off. */
export const openMedia = async (
  media: Media,
  { api, signal, idleMs = usualIdleMs }: { api: BotApi; signal: AbortSignal; idleMs?: number },
): Promise<Readable> => {
  const { fileId } = JSON.parse(media.source) as FileSource
  try {
    const { file_path: path } = await api.call('getFile', { file_id: fileId }, { signal })
    if (path === undefined) throw reject('Telegram does not give the file away')
    return follow(await api.download(path, signal), idleMs)
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (error.says('file is too big')) {
      throw reject('The file is over the 20 MB that Telegram lets a bot download', error)
    }
    throw verdictOf(error, { sending: false })
  }
}

/** Not `Readable.from`: that would close the source of a reader that goes away only when the next piece has come. */
const follow = (source: Readable, idleMs: number): Readable => {
  const iterator = pieces(source, idleMs)
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
async function* pieces(source: Readable, idleMs: number): AsyncGenerator<Buffer> {
  const stalled = () => source.destroy(new Error('No more came'))
  let timer = setTimeout(stalled, idleMs)
  try {
    for await (const piece of source) {
      clearTimeout(timer)
      yield piece
      timer = setTimeout(stalled, idleMs)
    }
  } catch (error) {
    throw retry('The download from Telegram was cut off', error)
  } finally {
    clearTimeout(timer)
    source.destroy()
  }
}
