import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Loudness } from '../../../../src/whatsapp/baileys/send/loudness.ts'
import { OggPackets } from '../../../../src/whatsapp/baileys/send/ogg.ts'
import { files } from '../../../simulators/samples.ts'

/** The line of a file that comes in pieces of some size. */
const lineOf = async (file: Uint8Array, size = 1000): Promise<number[] | undefined> => {
  const loudness = new Loudness()
  for (let at = 0; at < file.length; at += size) await loudness.take(file.subarray(at, at + size))
  const { line } = loudness
  loudness.end()
  return line && [...line]
}

/** What speech.ogg was made with: the loudness of its sound before it was encoded, in 64 parts. */
const recorded = [
  0, 0, 0, 0, 0, 0, 56, 100, 46, 64, 90, 55, 50, 90, 39, 0, 44, 43, 24, 50, 39, 1, 1, 2, 1, 1, 2, 1, 1, 2, 8,
  13, 24, 21, 12, 22, 22, 12, 22, 23, 0, 39, 98, 61, 63, 99, 70, 53, 96, 83, 46, 10, 0, 0, 7, 10, 5, 7, 10, 6,
  4, 0, 0, 0,
]

const correlation = (one: readonly number[], other: readonly number[]): number => {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [a, b] = [one, other].map(values => values.map(value => value - mean(values)))
  const dot = (x: readonly number[] = [], y: readonly number[] = []) =>
    x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

test('The line of a voice note is as loud as its sound was', async () => {
  const line = (await lineOf(files.speech())) ?? []
  assert.equal(line.length, 64)
  assert.ok(line.every(bar => Number.isInteger(bar) && bar >= 0 && bar <= 100))
  assert.equal(Math.max(...line), 100)
  assert.ok(correlation(line, recorded) > 0.9, line.join(' '))
})

test('The pieces in which it comes make no difference', async () => {
  const line = await lineOf(files.speech(), 100_000)
  for (const size of [1, 26, 27, 255, 4096]) assert.deepEqual(await lineOf(files.speech(), size), line)
})

test('A recording in stereo has a line, and silence a flat one', async () => {
  const stereo = (await lineOf(files.stereo())) ?? []
  assert.deepEqual([stereo.length, Math.max(...stereo)], [64, 100])
  assert.deepEqual(await lineOf(files.voice()), Array(64).fill(0))
})

test('Of a recording of hours only samples are decoded, and its line is right', async () => {
  const packetsOf = (file: Buffer) => [...new OggPackets().take(file)]
  const [head = Buffer.alloc(0), tags = Buffer.alloc(0), ...words] = packetsOf(files.speech())
  const silence = packetsOf(files.voice()).slice(2)
  const filled = (sound: readonly Buffer[]) =>
    Array.from({ length: 20_000 }, (_, at) => sound[at % sound.length] ?? head)
  const line =
    (await lineOf(Buffer.concat([head, tags, ...filled(silence), ...filled(words)].map(pageOf)), 65_536)) ??
    []
  assert.ok(
    line.slice(0, 31).every(bar => bar < 3),
    line.join(' '),
  )
  assert.ok(
    line.slice(33).every(bar => bar > 30),
    line.join(' '),
  )
})

/** A packet of less than 255 × 255 bytes on an Ogg page of its own. */
const pageOf = (packet: Buffer): Buffer => {
  const full = Math.floor(packet.length / 255)
  const table = [...Array<number>(full).fill(255), packet.length % 255]
  return Buffer.concat([Buffer.from('OggS'), Buffer.alloc(22), Buffer.from([table.length, ...table]), packet])
}

const noise = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 7919 + (at >> 3) * 104_729) % 256))

const opusHead = (channels: number, family = 0) =>
  Buffer.concat([Buffer.from('OpusHead'), Buffer.from([1, channels, 0, 0, 0, 0, 0, 0, 0, 0, family])])

const hostile: readonly (readonly [what: string, file: Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['a photo', files.photo()],
  ['noise', noise(5000)],
  ['the beginning of a page', files.speech().subarray(0, 40)],
  ['a page that is followed by noise', Buffer.concat([files.speech().subarray(0, 3000), noise(3000)])],
  ['noise in place of sound', Buffer.concat([opusHead(1), Buffer.from('tags'), noise(2000)].map(pageOf))],
  ['eight channels', Buffer.concat([opusHead(8, 1), Buffer.from('tags'), noise(200)].map(pageOf))],
  ['another codec', Buffer.concat([Buffer.from('\x01vorbis'), noise(200)].map(pageOf))],
  ['a packet without end', Buffer.concat(Array(10).fill(endless()))],
]

function endless(): Buffer {
  return Buffer.concat([
    Buffer.from('OggS'),
    Buffer.alloc(22),
    Buffer.from([255, ...Array<number>(255).fill(255)]),
    Buffer.alloc(255 * 255),
  ])
}

for (const [what, file] of hostile) {
  test(`Of ${what} nothing is heard, and nobody is told on the console`, async t => {
    const said = t.mock.method(process.stderr, 'write', () => true)
    assert.equal(await lineOf(file, 512), undefined)
    assert.equal(said.mock.callCount(), 0)
  })
}

test('What is cut off in the middle of a page is drawn as far as it goes', async () => {
  const line = (await lineOf(files.speech().subarray(0, 9000))) ?? []
  assert.equal(line.length, 64)
})
