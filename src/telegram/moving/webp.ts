/** Bytes before the picture's own chunks in an `ANMF` chunk: place, size, duration, flags. */
const frameHead = 16
const alphaFlag = 0x10

interface Chunk {
  readonly name: string
  readonly data: Uint8Array
}

/** A moving WebP, taken apart without decoding anything (RFC 9649 §2.7). */
export interface MovingWebp {
  /** Pixels of the canvas. */
  readonly width: number
  readonly height: number
  readonly frames: readonly Frame[]
}

/** One picture of a moving WebP. */
export interface Frame {
  /** Where it lies on the canvas, in pixels. */
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Milliseconds. */
  readonly duration: number
  /** Drawn over what is there, not in place of it. */
  readonly blends: boolean
  /** Its place is emptied before the next one. */
  readonly clears: boolean
  /** The picture as a WebP that stands still. */
  readonly picture: Uint8Array
  /** Pixels that the picture itself claims, which are those that a decoder makes room for, whatever the frame says. */
  readonly claimed: { readonly width: number; readonly height: number }
}

/** Undefined when the file is no moving WebP or is damaged. */
export const readMovingWebp = (file: Uint8Array): MovingWebp | undefined => {
  if (ascii(file, 0) !== 'RIFF' || ascii(file, 8) !== 'WEBP') return undefined
  const chunks = readChunks(file.subarray(12))
  const canvas = chunks.find(({ name }) => name === 'VP8X')?.data
  if (canvas === undefined || canvas.length < 10) return undefined
  const frames = chunks.flatMap(({ name, data }) => (name === 'ANMF' ? (readFrame(data) ?? []) : []))
  return { width: number24(canvas, 4) + 1, height: number24(canvas, 7) + 1, frames }
}

const readFrame = (data: Uint8Array): Frame | undefined => {
  const picture = data.length > frameHead ? pictureOf(data) : undefined
  if (picture === undefined) return undefined
  const flags = data[15] ?? 0
  return {
    left: number24(data, 0) * 2,
    top: number24(data, 3) * 2,
    width: number24(data, 6) + 1,
    height: number24(data, 9) + 1,
    duration: number24(data, 12),
    blends: (flags & 2) === 0,
    clears: (flags & 1) === 1,
    ...picture,
  }
}

const pictureOf = (frame: Uint8Array): Pick<Frame, 'picture' | 'claimed'> | undefined => {
  const chunks = readChunks(frame.subarray(frameHead))
  const picture = chunks.find(({ name }) => name === 'VP8 ' || name === 'VP8L')
  const alpha = chunks.find(({ name }) => name === 'ALPH')
  const claimed = picture && claimedSize(picture)
  if (picture === undefined || claimed === undefined) return undefined
  if (picture.name === 'VP8L' || alpha === undefined) return { picture: writeFile([picture]), claimed }
  const head = new Uint8Array(10)
  head[0] = alphaFlag
  head.set(frame.subarray(6, 12), 4)
  return { picture: writeFile([{ name: 'VP8X', data: head }, alpha, picture]), claimed }
}

/** 14 bits each, behind the head of a key frame (RFC 6386 §9.1) or behind the signature 0x2f (RFC 9649 §3.4). */
const claimedSize = ({ name, data }: Chunk): Frame['claimed'] | undefined => {
  if (data.length < (name === 'VP8L' ? 5 : 10)) return undefined
  if (name !== 'VP8L') return { width: number16(data, 6) & 0x3fff, height: number16(data, 8) & 0x3fff }
  return { width: (number16(data, 1) & 0x3fff) + 1, height: ((number24(data, 2) >> 6) & 0x3fff) + 1 }
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

const number16 = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)

const number24 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)
