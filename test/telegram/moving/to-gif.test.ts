import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { writeGif } from '../../../src/telegram/moving/gif.ts'
import { colourOf, makePalette } from '../../../src/telegram/moving/palette.ts'
import { toGif } from '../../../src/telegram/moving/to-gif.ts'
import { readMovingWebp } from '../../../src/telegram/moving/webp.ts'
import { files } from '../../simulators/samples.ts'
import { readGif } from './read-gif.ts'

const gifOf = async (file: Uint8Array) => readGif(Buffer.from((await toGif(file)) ?? []))

const parts = (colour: number) => [colour >> 16, (colour >> 8) & 255, colour & 255] as const

test('A moving sticker becomes a GIF that goes round, with each picture in its time, on white', async () => {
  const { width, height, loops, frames } = await gifOf(files.movingSticker())
  assert.deepEqual([width, height, loops, frames.length], [256, 256, true, 8])
  assert.deepEqual(
    frames.map(({ hundredths }) => hundredths),
    Array(8).fill(10),
  )
  for (const [index, { pixels }] of frames.entries()) {
    // The disc goes round the middle, at three tenths of the width.
    const turn = (2 * Math.PI * index) / frames.length
    const [x, y] = [128 + 77 * Math.cos(turn), 128 + 77 * Math.sin(turn)].map(Math.round)
    const [red, green, blue] = parts(pixels[(y ?? 0) * width + (x ?? 0)] ?? 0)
    assert.ok(
      red > 190 && green > 40 && green < 190 && blue < 80,
      `picture ${index}: ${red} ${green} ${blue}`,
    )
    // Where the disc was, or will be, half a round away.
    const opposite = (256 - (y ?? 0)) * width + 256 - (x ?? 0)
    assert.equal(pixels[opposite], 0xffffff, `picture ${index}`)
  }
})

test('Pixels come out of a GIF as they went in, however many codes they take', () => {
  const palette = {
    bytes: Uint8Array.from({ length: 768 }, (_, at) => Math.floor(at / 3)),
    nearest: new Uint8Array(0),
  }
  const size = fc.record({
    width: fc.integer({ min: 1, max: 120 }),
    height: fc.integer({ min: 1, max: 120 }),
  })
  const most = fc.constantFrom(1, 2, 16, 256)
  fc.assert(
    fc.property(size, most, fc.integer(), ({ width, height }, colours, seed) => {
      let state = seed
      const next = () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
        return ((state >>> 16) & 255) % colours
      }
      const indexes = Uint8Array.from({ length: width * height }, next)
      const file = Buffer.concat([...writeGif([{ indexes, duration: 40 }], { width, height, palette })])
      const [frame] = readGif(file).frames
      assert.deepEqual(
        frame?.pixels.map(pixel => pixel & 255),
        [...indexes],
      )
    }),
    { numRuns: 60 },
  )
})

test('A palette has the colours that are seen, and of too many ones that are near', () => {
  const few = new Uint32Array(1 << 15)
  const [white, orange] = [colourOf(255, 255, 255), colourOf(255, 128, 0)]
  few[white] = 100
  few[orange] = 1
  const { bytes, nearest } = makePalette(few)
  const colourAt = (index: number) => [...bytes.subarray(index * 3, index * 3 + 3)]
  assert.deepEqual(colourAt(nearest[white] ?? 0), [255, 255, 255])
  assert.deepEqual(colourAt(nearest[orange] ?? 0), [255, 132, 0])

  const many = new Uint32Array(1 << 15).fill(1)
  const all = makePalette(many)
  for (const [red, green, blue] of [
    [255, 255, 255],
    [0, 0, 0],
    [200, 30, 90],
    [10, 250, 130],
  ] as const) {
    const index = (all.nearest[colourOf(red, green, blue)] ?? 0) * 3
    const distances = [red, green, blue].map((value, at) => Math.abs(value - (all.bytes[index + at] ?? 0)))
    assert.ok(Math.max(...distances) <= 40, `${distances}`)
  }
})

/** The sticker with another byte at a place of its container. */
const changed = (change: (file: Buffer) => void): Buffer => {
  const file = Buffer.from(files.movingSticker())
  change(file)
  return file
}
const firstFrame = files.movingSticker().indexOf('ANMF') + 8

const hostile: readonly (readonly [what: string, file: Uint8Array])[] = [
  ['nothing', Buffer.alloc(0)],
  ['a sticker that stands still', files.sticker()],
  ['a photo', files.photo()],
  ['a canvas of 16 million pixels across', changed(file => file.writeUIntLE(0xffffff, 24, 3))],
  ['a picture that lies outside', changed(file => file.writeUIntLE(5000, firstFrame, 3))],
  ['a picture of another size than it says', changed(file => file.writeUIntLE(20, firstFrame + 6, 3))],
  ['the first picture alone', files.movingSticker().subarray(0, 1200)],
]

for (const [what, file] of hostile) {
  test(`Of ${what} no GIF is made`, async () => {
    assert.equal(await toGif(file), undefined)
  })
}

/** A VP8L picture of one colour in 8 bytes: five codes of one symbol each, and no bit for any pixel. */
const emptyPicture = (width: number, height: number): Buffer => {
  const data = Buffer.alloc(8)
  data[0] = 0x2f
  data.writeUInt32LE((width - 1) | ((height - 1) << 14), 1)
  data.writeUIntLE(0b1_0001_0001_0001_0001_000, 5, 3)
  return data
}

const chunk = (name: string, data: Buffer): Buffer => {
  const head = Buffer.alloc(8, name)
  head.writeUInt32LE(data.length, 4)
  return Buffer.concat([head, data])
}

/** A moving sticker of 512 pixels across, in 124 bytes, with pictures that claim a size of their own. */
const claiming = (width: number, height: number): Buffer => {
  const canvas = Buffer.from([2, 0, 0, 0, 255, 1, 0, 255, 1, 0])
  const frame = Buffer.from([0, 0, 0, 0, 0, 0, 255, 1, 0, 255, 1, 0, 100, 0, 0, 0])
  const picture = chunk('ANMF', Buffer.concat([frame, chunk('VP8L', emptyPicture(width, height))]))
  const parts = [chunk('VP8X', canvas), chunk('ANIM', Buffer.alloc(6)), picture, picture]
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...parts]))
}

test('A small sticker with a picture of a gigabyte in it is refused before anything is decoded', async () => {
  assert.notEqual(await toGif(claiming(512, 512)), undefined)
  const { maxRSS: before } = process.resourceUsage()
  const bomb = claiming(16_383, 16_383)
  assert.equal(bomb.length, 124)
  assert.equal(await toGif(bomb), undefined)
  const { maxRSS: after } = process.resourceUsage()
  assert.ok(after - before < 100 * 1024, `${after - before} KB more`)
})

test('A damaged sticker becomes a GIF that can be read, or none', async () => {
  const place = fc.integer({ min: 12, max: files.movingSticker().length - 300 })
  const damage = fc.array(fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 300 })), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(damage, async pieces => {
      const file = changed(sticker => {
        for (const [at, bytes] of pieces) sticker.set(bytes, at)
      })
      const gif = await toGif(file)
      if (gif !== undefined) readGif(Buffer.from(gif))
    }),
    { numRuns: 25 },
  )
})

test('Of two hundred pictures sixty are taken at most, in the same time', async () => {
  const sticker = files.movingSticker()
  const frames = sticker.subarray(firstFrame - 8)
  const long = Buffer.concat([sticker.subarray(0, firstFrame - 8), ...Array<Buffer>(25).fill(frames)])
  assert.equal(readMovingWebp(long)?.frames.length, 200)
  const { frames: taken } = await gifOf(long)
  assert.equal(taken.length, 50)
  const time = taken.reduce((sum, { hundredths }) => sum + hundredths, 0)
  assert.equal(time, 200 * 10)
})
