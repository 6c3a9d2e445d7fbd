import { crc32, deflateSync } from 'node:zlib'
import type { RichText } from '../../bridge/rich-text.ts'
import type { Part } from './part.ts'
import { captionFields } from './text.ts'

/** Pixels. */
const side = 64
const grey = 0xb0

/** A picture on which there is nothing to see, under these words. */
export const renderBlank = (words: RichText): Part => ({
  method: 'sendPhoto',
  payload: captionFields(words),
  file: { field: 'photo', name: 'deleted.png', source: { bytes: blankPicture() } },
  look: { kinds: ['photo'], words },
})

/** A PNG (ISO 15948) of one shade of grey. */
const blankPicture = (): Uint8Array => {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header[8] = 8
  // Each line begins with the number of its filter: 0, none.
  const line = Buffer.alloc(1 + side, grey).fill(0, 0, 1)
  const pixels = deflateSync(Buffer.concat(Array.from({ length: side }, () => line)))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const chunk = (name: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(name), data])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([size, body, sum])
}
