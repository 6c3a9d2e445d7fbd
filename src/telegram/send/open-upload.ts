import { renderSize } from '../../bridge/file-name.ts'
import type { Delivery } from '../../bridge/network.ts'
import { reject } from '../../bridge/verdict.ts'
import type { Upload } from '../api.ts'
import type { Part } from './part.ts'

/** Opens a part's file at its source, as bytes for one upload. `close` ends the source, whether it was read or not. */
export const openUpload = async (
  { field, name, content }: NonNullable<Part['file']>,
  { delivery, limit }: { delivery: Delivery; limit: number },
): Promise<Upload & { close(): void }> => {
  const source = await delivery.openMedia(content.media)
  // An error after the upload has ended otherwise has no listener, which would end the process.
  source.on('error', () => undefined)
  async function* bytes(): AsyncGenerator<Uint8Array> {
    let seen = 0
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      seen += chunk.byteLength
      if (seen > limit) throw reject(`The file has more than the ${renderSize(limit)} that Telegram takes`)
      yield chunk
    }
  }
  return { field, name, bytes: bytes(), close: () => source.destroy() }
}
