import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { stillOf } from '../../../src/telegram/send/still.ts'
import { files } from '../../simulators/samples.ts'
import { Bench, delivery, file } from '../bench.ts'
import { makeZip } from '../moving/make-zip.ts'

const chunk = (name: string, data: Uint8Array): Buffer => {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(data.length)
  return Buffer.concat([Buffer.from(name), size, data, Buffer.alloc(data.length % 2)])
}

const riff = (...chunks: Buffer[]): Buffer => {
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks])
  const size = Buffer.alloc(4)
  size.writeUInt32LE(body.length)
  return Buffer.concat([Buffer.from('RIFF'), size, body])
}

const uint24 = (value: number): number[] => [value & 255, (value >> 8) & 255, value >> 16]

const canvas = (width: number, height: number, flags = 0x02): Buffer =>
  chunk('VP8X', Buffer.from([flags, 0, 0, 0, ...uint24(width - 1), ...uint24(height - 1)]))

const frame = (width: number, height: number, ...chunks: Buffer[]): Buffer => {
  const head = [...uint24(0), ...uint24(0), ...uint24(width - 1), ...uint24(height - 1), ...uint24(100), 0]
  return chunk('ANMF', Buffer.concat([Buffer.from(head), ...chunks]))
}

const lossless = chunk('VP8L', Buffer.from('\x2flossless picture', 'latin1'))
const lossy = chunk('VP8 ', Buffer.from('lossy picture!'))
const alpha = chunk('ALPH', Buffer.from('see through'))
const animation = chunk('ANIM', Buffer.alloc(6))

test('the first picture of a moving WebP is cut out as it is', () => {
  const moving = riff(canvas(512, 512), animation, frame(512, 512, lossless), frame(512, 512, lossy))
  assert.deepEqual(stillOf(moving), riff(lossless))
})

test('a picture keeps what one sees through', () => {
  const moving = riff(canvas(512, 300), animation, frame(512, 300, alpha, lossy))
  assert.deepEqual(stillOf(moving), riff(canvas(512, 300, 0x10), alpha, lossy))
})

test('a first picture that is only a corner is passed over for a whole one', () => {
  const moving = riff(canvas(512, 512), animation, frame(20, 20, lossy), frame(512, 512, lossless))
  assert.deepEqual(stillOf(moving), riff(lossless))
})

test('what is no moving WebP, or is damaged, has no first picture', () => {
  const moving = riff(canvas(512, 512), animation, frame(512, 512, lossless))
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('RIFF'),
    Buffer.alloc(5000, 0xff),
    riff(lossless),
    riff(canvas(512, 512)),
    riff(chunk('VP8X', Buffer.alloc(3)), frame(1, 1, lossless)),
    riff(canvas(512, 512), frame(512, 512)),
    moving.subarray(0, moving.length - 8),
  ]) {
    assert.equal(stillOf(bytes), undefined)
  }
})

test('a sticker with one picture goes out as that, and one that cannot be read as it came', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const content = file('sticker', { animated: true, mimeType: 'image/webp', size: 9999 })
  const moving = riff(canvas(512, 512), animation, frame(512, 512, lossless))
  const inPieces = () => Readable.from([moving.subarray(0, 30), moving.subarray(30)])
  const big = Buffer.alloc(3 * 1024 * 1024, 1)
  for (const bytes of [inPieces, () => Readable.from([Buffer.from('noise')]), () => Readable.from([big])]) {
    await bench.network.send(delivery({ chat, content, bytes }))
  }
  assert.deepEqual(
    bench.home.transcript().map(({ file: sent }) => Buffer.from(sent?.content ?? [])),
    [riff(lossless), Buffer.from('noise'), big],
  )
  assert.equal(bench.tg.callsOf('sendSticker')[0]?.files[0]?.name, 'sticker.webp')
})

test('a moving sticker goes out as a GIF, or still where Telegram does not take that', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const content = file('sticker', { animated: true, mimeType: 'image/webp' })
  const sticker = () => delivery({ chat, content, bytes: () => Readable.from([files.movingSticker()]) })
  await bench.network.send(sticker())
  bench.tg.faults.next('sendAnimation', { error: 400, description: 'Bad Request: not enough rights to send' })
  await bench.network.send(sticker())
  const [moving, still] = bench.home.transcript()
  assert.deepEqual([moving?.kind, still?.kind], ['animation', 'sticker'])
  assert.equal(Buffer.from(moving?.file?.content ?? []).toString('latin1', 0, 6), 'GIF89a')
  assert.match(bench.tg.callsOf('sendAnimation')[0]?.files[0]?.name ?? '', /^sticker-[0-9a-f]{8}\.gif$/)
  bench.tg.assertNoSurprises()
})

test('a drawn sticker goes out as one of Telegram’s, or as what it says of itself', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const label = 'Animated sticker: a wave'
  const content = file('sticker', { animated: true, mimeType: 'application/was', label })
  const drawing = { fr: 60, ip: 0, op: 60, w: 512, h: 512, layers: [] }
  const was = makeZip({ 'animation/animation.json': JSON.stringify(drawing) })
  for (const bytes of [was, Buffer.from('noise')]) {
    await bench.network.send(delivery({ chat, content, bytes: () => Readable.from([bytes]) }))
  }
  const [drawn, words] = bench.home.transcript()
  assert.deepEqual([drawn?.kind, words?.kind, words?.text], ['sticker', 'text', label])
  const json = gunzipSync(Buffer.from(drawn?.file?.content ?? [])).toString()
  assert.deepEqual(JSON.parse(json), { tgs: 1, ...drawing })
  assert.equal(bench.tg.callsOf('sendSticker')[0]?.files[0]?.name, 'sticker.tgs')
  bench.tg.assertNoSurprises()
})
