import type { Palette } from './palette.ts'

/** One picture of a GIF: a position in the palette for each pixel. */
export interface GifFrame {
  readonly indexes: Uint8Array
  /** Milliseconds. */
  readonly duration: number
}

/** Bits of a position in the palette. */
const depth = 8
const clearCode = 1 << depth
const endCode = clearCode + 1
const mostCodes = 4096
/** Browsers and Telegram slow down what is shown for less. */
const shortest = 20

/** The parts of a GIF that goes round for ever (GIF89a). */
export function* writeGif(
  frames: Iterable<GifFrame>,
  { width, height, palette }: { width: number; height: number; palette: Palette },
): Generator<Uint8Array> {
  const size = [...word(width), ...word(height)]
  yield Buffer.concat([
    Buffer.from('GIF89a'),
    // A palette of 256 colours for all frames.
    Buffer.from([...size, 0xf7, 0, 0]),
    palette.bytes,
    Buffer.from([0x21, 0xff, 11]),
    Buffer.from('NETSCAPE2.0'),
    Buffer.from([3, 1, 0, 0, 0]),
  ])
  for (const { indexes, duration } of frames) {
    const hundredths = Math.round(Math.max(shortest, duration) / 10)
    yield Buffer.from([0x21, 0xf9, 4, 0, ...word(Math.min(hundredths, 0xffff)), 0, 0])
    yield Buffer.from([0x2c, 0, 0, 0, 0, ...size, 0, depth])
    yield inBlocks(compress(indexes))
  }
  yield Buffer.from([0x3b])
}

const word = (value: number): [number, number] => [value & 255, value >> 8]

/** LZW with codes that grow from 9 to 12 bits. */
const compress = (indexes: Uint8Array): Uint8Array => {
  const out = new BitWriter(indexes.length)
  /** Code of what a known string (by its code) and one more position make together. */
  let known = new Map<number, number>()
  let [next, bits] = [endCode + 1, depth + 1]
  out.write(clearCode, bits)
  let string = indexes[0] ?? 0
  for (let at = 1; at < indexes.length; at += 1) {
    const index = indexes[at] ?? 0
    const longer = known.get((string << depth) | index)
    if (longer !== undefined) {
      string = longer
      continue
    }
    out.write(string, bits)
    if (next === mostCodes) {
      out.write(clearCode, bits)
      known = new Map()
      next = endCode + 1
      bits = depth + 1
    } else {
      if (next === 1 << bits) bits += 1
      known.set((string << depth) | index, next++)
    }
    string = index
  }
  out.write(string, bits)
  if (next === 1 << bits && bits < 12) bits += 1
  out.write(endCode, bits)
  return out.end()
}

class BitWriter {
  #bytes: Uint8Array
  #length = 0
  #held = 0
  #count = 0

  constructor(expected: number) {
    this.#bytes = new Uint8Array(expected + 16)
  }

  write(value: number, bits: number): void {
    this.#held |= value << this.#count
    this.#count += bits
    while (this.#count >= 8) this.#push()
  }

  end(): Uint8Array {
    if (this.#count > 0) this.#push()
    return this.#bytes.subarray(0, this.#length)
  }

  #push(): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes[this.#length++] = this.#held & 255
    this.#held >>>= 8
    this.#count -= 8
  }
}

/** Pieces of up to 255 bytes, each behind its length, and one of none at the end. */
const inBlocks = (data: Uint8Array): Uint8Array => {
  const blocks: Uint8Array[] = []
  for (let at = 0; at < data.length; at += 255) {
    const block = data.subarray(at, at + 255)
    blocks.push(Uint8Array.of(block.length), block)
  }
  return Buffer.concat([...blocks, Uint8Array.of(0)])
}
