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
    ['audio/ogg', files.voice()],
    ['audio/amr', latin1('#!AMR\n<\x91\x17\x16')],
    ['audio/aac', latin1('\xff\xf1P\x80\x02\x1f\xfc')],
    ['audio/aac', latin1('\xff\xf9P\x80\x02\x1f\xfc')],
    ['audio/mpeg', files.song()],
    ['audio/mpeg', latin1('\xff\xfb\x90d\0')],
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
    '%PDF-1.7',
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
