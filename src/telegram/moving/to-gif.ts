import { setImmediate as nextTurn } from 'node:timers/promises'
import { type GifFrame, writeGif } from './gif.ts'
import { colourOf, makePalette } from './palette.ts'
import { type Frame, readMovingWebp } from './webp.ts'
import { openWebpDecoder, type Picture } from './webp-decoder.ts'

/** Pixels across: a sticker has 512, and phones make no larger ones. */
const largest = 512
/** Pixels across the GIF at most. */
const shown = 256
/** Pictures at most: of more every second or third is left out. Each takes 128 KB until all are there. */
const mostFrames = 60
/** Milliseconds for all of it: a machine that is slower than that has better things to do. */
const mostTime = 20_000

/** What a picture looks like on white, small, in colours of 15 bits. */
interface Snapshot {
  readonly colours: Uint16Array
  readonly duration: number
}

/**
 * A moving WebP as a GIF, which Telegram shows as a film without sound that goes round. GIFs cannot be seen through, or only
 * with jagged edges: what is behind becomes white. Undefined where that cannot be done: the file is none or damaged, has one
 * picture, or is too large.
 */
export const toGif = async (file: Uint8Array): Promise<Uint8Array | undefined> => {
  const moving = readMovingWebp(file)
  if (moving === undefined || moving.frames.length < 2) return undefined
  const { width, height } = moving
  if (width > largest || height > largest) return undefined
  if (!moving.frames.every(frame => fits(frame, moving))) return undefined
  const by = Math.ceil(Math.max(width, height) / shown)
  const size = { width: Math.max(1, Math.floor(width / by)), height: Math.max(1, Math.floor(height / by)) }
  const snapshots = await draw(moving.frames, { canvas: { width, height }, size, by })
  if (snapshots === undefined) return undefined
  const seen = new Uint32Array(1 << 15)
  for (const { colours } of snapshots) for (const colour of colours) seen[colour] = (seen[colour] ?? 0) + 1
  const palette = makePalette(seen)
  const parts: Uint8Array[] = []
  const frames = snapshots.values().map(
    ({ colours, duration }): GifFrame => ({
      indexes: Uint8Array.from(colours, colour => palette.nearest[colour] ?? 0),
      duration,
    }),
  )
  for (const part of writeGif(frames, { ...size, palette })) {
    parts.push(part)
    await nextTurn()
  }
  return Buffer.concat(parts)
}

interface Size {
  readonly width: number
  readonly height: number
}

/** Draws one picture after the other, and takes what is seen then. */
const draw = async (
  frames: readonly Frame[],
  { canvas, size, by }: { canvas: Size; size: Size; by: number },
): Promise<Snapshot[] | undefined> => {
  const decode = await openWebpDecoder()
  const until = performance.now() + mostTime
  const pixels = new Uint8Array(canvas.width * canvas.height * 4)
  const every = Math.ceil(frames.length / mostFrames)
  const snapshots: Snapshot[] = []
  for (let at = 0; at < frames.length; at += every) {
    const group = frames.slice(at, at + every)
    for (const [index, frame] of group.entries()) {
      const picture = decode(frame.picture)
      if (picture === undefined || performance.now() > until) return undefined
      paint(pixels, picture, { frame, across: canvas.width })
      if (index === 0) {
        const duration = group.reduce((sum, each) => sum + each.duration, 0)
        snapshots.push({ colours: shrink(pixels, { across: canvas.width, size, by }), duration })
      }
      if (frame.clears) clear(pixels, frame, canvas.width)
      await nextTurn()
    }
  }
  return snapshots
}

/** Asked before anything is decoded: a hundred bytes can claim a picture of a gigabyte. */
const fits = ({ left, top, width, height, claimed }: Frame, canvas: Size): boolean =>
  claimed.width === width &&
  claimed.height === height &&
  left + width <= canvas.width &&
  top + height <= canvas.height

/** Colours count by how much of them is seen. */
const paint = (
  pixels: Uint8Array,
  { pixels: source, width, height }: Picture,
  { frame: { left, top, blends }, across }: { frame: Frame; across: number },
): void => {
  for (let y = 0; y < height; y += 1) {
    const start = y * width * 4
    const place = ((top + y) * across + left) * 4
    const row = source.subarray(start, start + width * 4)
    if (!blends) pixels.set(row, place)
    else for (let at = 0; at < row.length; at += 4) blend(pixels, place + at, { row, at })
  }
}

const blend = (pixels: Uint8Array, to: number, { row, at }: { row: Uint8Array; at: number }): void => {
  const alpha = row[at + 3] ?? 0
  if (alpha === 0) return
  if (alpha < 255) {
    mix(pixels, to, { source: row, from: at })
    return
  }
  pixels[to] = row[at] ?? 0
  pixels[to + 1] = row[at + 1] ?? 0
  pixels[to + 2] = row[at + 2] ?? 0
  pixels[to + 3] = 255
}

const mix = (
  pixels: Uint8Array,
  to: number,
  { source, from }: { source: Uint8Array; from: number },
): void => {
  const above = (source[from + 3] ?? 0) / 255
  const below = ((pixels[to + 3] ?? 0) / 255) * (1 - above)
  const alpha = above + below
  for (let channel = 0; channel < 3; channel += 1) {
    const both = (source[from + channel] ?? 0) * above + (pixels[to + channel] ?? 0) * below
    pixels[to + channel] = both / alpha
  }
  pixels[to + 3] = alpha * 255
}

const clear = (pixels: Uint8Array, { left, top, width, height }: Frame, across: number): void => {
  for (let y = top; y < top + height; y += 1) {
    pixels.fill(0, (y * across + left) * 4, (y * across + left + width) * 4)
  }
}

/** Each pixel is the mean of a square of `by` by `by`, on white. */
const shrink = (
  pixels: Uint8Array,
  { across, size: { width, height }, by }: { across: number; size: Size; by: number },
): Uint16Array => {
  const colours = new Uint16Array(width * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let [red, green, blue] = [0, 0, 0]
      for (let row = y * by; row < (y + 1) * by; row += 1) {
        for (let at = (row * across + x * by) * 4; at < (row * across + (x + 1) * by) * 4; at += 4) {
          const alpha = pixels[at + 3] ?? 0
          const white = 255 * (255 - alpha)
          red += (pixels[at] ?? 0) * alpha + white
          green += (pixels[at + 1] ?? 0) * alpha + white
          blue += (pixels[at + 2] ?? 0) * alpha + white
        }
      }
      const all = 255 * by * by
      colours[y * width + x] = colourOf(red / all, green / all, blue / all)
    }
  }
  return colours
}
