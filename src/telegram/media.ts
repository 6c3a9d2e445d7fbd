import type { Readable } from 'node:stream'
import type { Media } from '../bridge/event.ts'
import { reject } from '../bridge/verdict.ts'
import type { BotApi } from './api.ts'
import { CallError } from './call-error.ts'
import { verdictOf } from './errors.ts'
import type { FileSource } from './parse/content.ts'

/** Opens a file that stands in Telegram. Throws `DeliveryError`. */
export const openMedia = async (
  media: Media,
  { api, signal }: { api: BotApi; signal: AbortSignal },
): Promise<Readable> => {
  const { fileId } = JSON.parse(media.source) as FileSource
  try {
    const { file_path: path } = await api.call('getFile', { file_id: fileId }, { signal })
    if (path === undefined) throw reject('Telegram does not give the file away')
    return await api.download(path, signal)
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (error.says('file is too big')) {
      throw reject('The file is over the 20 MB that Telegram lets a bot download', error)
    }
    throw verdictOf(error, { sending: false })
  }
}
