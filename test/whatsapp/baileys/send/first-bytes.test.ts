import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { Mistaken, trueTo, typeAmong } from '../../../../src/whatsapp/baileys/send/first-bytes.ts'
import { shown } from '../../../../src/whatsapp/baileys/send/media-types.ts'
import { files } from '../../../simulators/samples.ts'

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

/** In pieces of this many bytes. */
async function* cut(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const read = (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => buffer(pieces)

const types = [...new Set(Object.values(shown).flat())]

test('each type that phones show is known by its first bytes, and nothing else is', () => {
  const known: readonly (readonly [string, Buffer])[] = [
    ['image/jpeg', files.photo()],
    ['image/png', latin1('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')],
    ['image/webp', files.sticker()],
    ['image/webp', files.movingSticker()],
    ['video/mp4', files.film()],
    ...['free', 'skip', 'wide', 'mdat', 'moov'].map(
      box => ['video/mp4', Buffer.concat([latin1(`\0\0\0\x08${box}`), files.film()])] as const,
    ),
    ['audio/ogg', files.voice()],
    ['audio/amr', latin1('#!AMR\n<\x91\x17\x16')],
    ['audio/aac', latin1('\xff\xf1P\x80\x02\x1f\xfc')],
    ['audio/aac', latin1('\xff\xf9P\x80\x02\x1f\xfc')],
    ['audio/aac', latin1('\x56\xe0\x10\x20')],
    ['audio/aac', latin1('ADIF\x80')],
    ['audio/mpeg', files.song()],
    ['audio/mpeg', latin1('\xff\xfb\x90d\0')],
    ['audio/mpeg', latin1('RIFF\x24\x10\0\0WAVEfmt \x1e\0\0\0\x55\0\x02\0')],
    ['audio/mpeg', latin1('\xff\xf3\x84\xc4\0')],
  ]
  for (const [type, bytes] of known) assert.equal(typeAmong([type], bytes), type)
  const sounds = ['audio/mpeg', 'audio/ogg', 'audio/amr', 'audio/aac']
  for (const [type, bytes] of known) {
    if (sounds.includes(type)) assert.equal(typeAmong(sounds, bytes), type)
    else assert.equal(typeAmong(sounds, bytes), undefined, type)
  }
  const others = [
    '<!DOCTYPE html>',
    'GIF89a',
    'RIFF\0\0\0\0WAVEfmt ',
    '\x1aE\xdf\xa3',
    `OggS\0\x02${'\0'.repeat(20)}\x01\x1e\x01vorbis`,
    '%PDF-1.7',
    'Get free films',
    '\xff\xd8',
    'x',
    '\0'.repeat(40),
  ]
  for (const other of others) assert.equal(typeAmong(types, latin1(other)), undefined, other)
})

test('a file that is what it should be is handed on as it is, in whatever pieces it comes', async () => {
  const claim = { claimed: 'image/jpeg', others: shown.image }
  for (const size of [1, 5, 12, 13, 100_000]) {
    assert.deepEqual(await read(trueTo(claim, cut(files.photo(), size))), files.photo())
  }
  assert.deepEqual(await read(trueTo(claim, cut(Buffer.alloc(0), 1))), Buffer.alloc(0))
})

test('of one that is not, nothing is handed on, and what it is in truth is said', async () => {
  const claim = { claimed: 'audio/mpeg', others: shown.audio }
  for (const [bytes, type] of [
    [files.film(), 'audio/mp4'],
    [files.voice(), 'audio/ogg'],
    [files.photo(), undefined],
    [latin1('x'), undefined],
  ] as const) {
    for (const size of [1, 100_000]) {
      const first = trueTo(claim, cut(bytes, size)).next()
      await assert.rejects(first, error => error instanceof Mistaken && error.type === type)
    }
  }
})

test('sound of MPEG may be cut, or stand behind zeros or a tag, for players look for its first frame', async () => {
  const song = Buffer.concat([
    latin1('\x01\x02\x03'),
    latin1('\xff\xfb\x90d\0').subarray(0, 5),
    Buffer.alloc(500, 1),
  ])
  const tagged = Buffer.concat([latin1('APETAGEX\xd0\x07\0\0'), Buffer.alloc(9000, 1), song])
  for (const bytes of [song, tagged, Buffer.concat([Buffer.alloc(9000), song])]) {
    for (const claimed of ['audio/mpeg', 'audio/aac']) {
      const claim = { claimed, others: shown.audio }
      for (const size of [100, 100_000]) assert.deepEqual(await read(trueTo(claim, cut(bytes, size))), bytes)
    }
    for (const claim of [
      { claimed: 'audio/ogg', others: shown.audio },
      { claimed: 'image/jpeg', others: shown.image },
      { claimed: undefined, others: shown.audio },
    ]) {
      await assert.rejects(trueTo(claim, cut(bytes, 100)).next(), Mistaken)
    }
  }
})

test('what is known to be something else is no sound, wherever a frame could begin in it', async () => {
  const heads = [
    '<!DOCTYPE html>',
    '\n\n<html>',
    '{"error":',
    '%PDF-1.7\n',
    'PK\x03\x04',
    'MZ\x90\0',
    '\x7fELF',
    '\x1aE\xdf\xa3',
    'GIF89a',
    '\xff\xd8\xff\xe0',
    'RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0',
    `OggS\0\x02${'\0'.repeat(20)}\x01\x1e\x01vorbis`,
  ]
  const claim = { claimed: 'audio/mpeg', others: shown.audio }
  for (const head of heads) {
    const bytes = latin1(`${head}${'\0'.repeat(20)}\xff\xfb\x90d`)
    const found = trueTo(claim, cut(bytes, 7)).next()
    await assert.rejects(found, error => error instanceof Mistaken && error.type === undefined, head)
  }
})
