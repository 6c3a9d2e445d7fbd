/** Bytes before the picture's own chunks in an `ANMF` chunk: place, size, duration, flags. */
const frameHead = 16
const alphaFlag = 0x10

interface Chunk {
  readonly name: string
  readonly data: Uint8Array
}

/**
 * The first picture of a moving WebP that fills it, as a WebP that stands still, cut out of the container without
 * decoding anything (RFC 9649 §2.7). Undefined when the file is no moving WebP or is damaged.
 */
export const stillOf = (file: Uint8Array): Uint8Array | undefined => {
  const chunks = readChunks(file.subarray(12))
  if (ascii(file, 0) !== 'RIFF' || ascii(file, 8) !== 'WEBP') return undefined
  const canvas = chunks.find(({ name }) => name === 'VP8X')?.data
  if (canvas === undefined || canvas.length < 10) return undefined
  const frames = chunks.filter(({ name, data }) => name === 'ANMF' && data.length > frameHead)
  const full = frames.find(({ data }) => sizeAt(data, 6) === sizeAt(canvas, 4)) ?? frames[0]
  return full && pictureOf(full.data)
}

const pictureOf = (frame: Uint8Array): Uint8Array | undefined => {
  const chunks = readChunks(frame.subarray(frameHead))
  const picture = chunks.find(({ name }) => name === 'VP8 ' || name === 'VP8L')
  const alpha = chunks.find(({ name }) => name === 'ALPH')
  if (picture === undefined) return undefined
  if (picture.name === 'VP8L' || alpha === undefined) return writeFile([picture])
  const head = new Uint8Array(10)
  head[0] = alphaFlag
  head.set(frame.subarray(6, 12), 4)
  return writeFile([{ name: 'VP8X', data: head }, alpha, picture])
}

const readChunks = (bytes: Uint8Array): Chunk[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: Chunk[] = []
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true)
    if (at + 8 + size > bytes.length) break
    chunks.push({ name: ascii(bytes, at), data: bytes.subarray(at + 8, at + 8 + size) })
    at += 8 + size + (size % 2)
  }
  return chunks
}

const writeFile = (chunks: readonly Chunk[]): Uint8Array => {
  const bodies = chunks.map(({ name, data }) =>
    Buffer.concat([Buffer.from(name), littleEndian(data.length), data, Buffer.alloc(data.length % 2)]),
  )
  const body = Buffer.concat([Buffer.from('WEBP'), ...bodies])
  return Buffer.concat([Buffer.from('RIFF'), littleEndian(body.length), body])
}

const littleEndian = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const ascii = (bytes: Uint8Array, at: number): string =>
  Buffer.from(bytes.subarray(at, at + 4)).toString('latin1')

/** Width and height, 24 bits each, as one word to compare. */
const sizeAt = (bytes: Uint8Array, at: number): string =>
  Buffer.from(bytes.subarray(at, at + 6)).toString('hex')
