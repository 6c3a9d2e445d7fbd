import type { Still } from '../../../bridge/content.ts'
import type { Delivery } from '../../../bridge/network.ts'
import { reject } from '../../../bridge/verdict.ts'
import { readFile } from '../media/read-file.ts'
import { typeAmong } from './first-bytes.ts'

type Source = Pick<Delivery, 'openStill' | 'signal'>

/** Bytes of a still that is sent as a sticker: what phones take as one. */
const LARGEST = 500 * 1024
/** Bytes of a preview: it travels inside the message. */
const LARGEST_PREVIEW = 32 * 1024

/** What a picture is by its first bytes: what its network says about it is not always true. */
export const pictureType = (bytes: Buffer): string | undefined =>
  typeAmong(['image/jpeg', 'image/webp'], bytes)

/** Loads a still as a whole. Throws `DeliveryError`. */
export const loadStill = async (still: Still, source: Source, largest = LARGEST): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  let size = 0
  const delivery = { openMedia: source.openStill }
  for await (const chunk of readFile(still, { delivery, signal: source.signal })) {
    size += chunk.length
    if (size > largest) throw reject('The preview is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The preview of a file, where there is one that phones take. Nothing is worse without. */
export const loadPreview = async (still: Still, source: Source): Promise<Buffer | undefined> => {
  if ((still.size ?? 0) > LARGEST_PREVIEW) return undefined
  const bytes = await loadStill(still, source, LARGEST_PREVIEW).catch(() => undefined)
  return bytes !== undefined && pictureType(bytes) === 'image/jpeg' ? bytes : undefined
}
