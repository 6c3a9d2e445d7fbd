import type { Readable } from 'node:stream'
import { renderSize } from '../../bridge/file-name.ts'
import type { Delivery } from '../../bridge/network.ts'
import { reject } from '../../bridge/verdict.ts'
import type { Upload } from '../api.ts'
import type { PartFile } from './part.ts'
import { stillOf } from './still.ts'

/** Bytes of a moving sticker that are read to find its first picture; phones make them of half that at most. */
const stickerLimit = 1024 * 1024

/**
 * A part's file as bytes for one upload. Its source is opened when the first byte is asked for, so that of several files
 * one is open at a time. `close` ends the source, whether it was read or not.
 */
export const openUpload = (
  { name, source, still = false }: PartFile,
  { openMedia, limit }: { openMedia: Delivery['openMedia']; limit: number },
): Upload & { close(): void } => {
  let opened: Readable | undefined
  async function* bytes(): AsyncGenerator<Uint8Array> {
    if ('bytes' in source) {
      yield source.bytes
      return
    }
    opened = await openMedia(source)
    // An error after the upload has ended otherwise has no listener, which would end the process.
    opened.on('error', () => undefined)
    let seen = 0
    for await (const chunk of opened as AsyncIterable<Uint8Array>) {
      seen += chunk.byteLength
      if (seen > limit) throw reject(`The file has more than the ${renderSize(limit)} that Telegram takes`)
      yield chunk
    }
  }
  return { name, bytes: still ? stand(bytes()) : bytes(), close: () => opened?.destroy() }
}

/** The first picture of a moving sticker; as it is where none is found. */
async function* stand(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const held: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.byteLength
    if (size > stickerLimit) yield* held.splice(0)
    if (size > stickerLimit) yield chunk
    else held.push(chunk)
  }
  const file = Buffer.concat(held)
  if (file.length > 0) yield stillOf(file) ?? file
}
