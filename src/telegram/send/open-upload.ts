import type { Readable } from 'node:stream'
import { renderSize } from '../../bridge/file-name.ts'
import type { Delivery } from '../../bridge/network.ts'
import { reject } from '../../bridge/verdict.ts'
import type { Upload } from '../api.ts'
import { toGif } from '../moving/to-gif.ts'
import { toTgs } from '../moving/to-tgs.ts'
import type { Moving, PartFile } from './part.ts'
import { stillOf } from './still.ts'

/** Bytes of a moving sticker that are read at most; phones make them of half that. */
const stickerLimit = 1024 * 1024

/**
 * A part's file as bytes for one upload. Its source is opened when the first byte is asked for, so that of several files
 * one is open at a time. `close` ends the source, whether it was read or not.
 */
export const openUpload = (
  { name, source, moving }: PartFile,
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
  return {
    name,
    bytes: moving === undefined ? bytes() : convert(bytes(), moving),
    close: () => opened?.destroy(),
  }
}

/** Of a sticker that is too large, or no such thing, nothing is made; it may still go as it came. */
const converters: Readonly<Record<Moving, (file: Buffer) => Promise<Uint8Array | undefined>>> = {
  gif: toGif,
  tgs: async file => toTgs(file),
  still: async file => stillOf(file) ?? (file.length > 0 ? file : undefined),
}

/** Rejects where it cannot be made into that: it goes out in its plainer form then. */
async function* convert(bytes: AsyncIterable<Uint8Array>, moving: Moving): AsyncGenerator<Uint8Array> {
  const held: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.byteLength
    if (size > stickerLimit && moving !== 'still') throw reject('The sticker is too large to be converted')
    if (size > stickerLimit) yield* held.splice(0)
    if (size > stickerLimit) yield chunk
    else held.push(chunk)
  }
  if (size > stickerLimit) return
  const converted = await converters[moving](Buffer.concat(held))
  if (converted !== undefined) yield converted
  else if (moving !== 'still') throw reject('The sticker is none that can be converted')
}
