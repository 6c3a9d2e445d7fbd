import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { toTgs } from '../../../src/telegram/moving/to-tgs.ts'
import { readEntry } from '../../../src/telegram/moving/zip.ts'
import { makeZip } from './make-zip.ts'

const circle = { ty: 4, shapes: [{ ty: 'el' }], ks: { p: { a: 0, k: [256, 256, 0] } } }
const drawing = { v: '5.7.0', fr: 60, ip: 0, op: 120, w: 512, h: 512, nm: 'hello', layers: [circle] }
const name = 'animation/animation.json'
const was = (content: unknown): Buffer =>
  makeZip({ 'animation/other.txt': 'x', [name]: JSON.stringify(content) })

const opened = (tgs: Uint8Array | undefined) => JSON.parse(gunzipSync(tgs ?? Buffer.alloc(0)).toString())

test('A drawn sticker keeps its drawing', () => {
  assert.deepEqual(opened(toTgs(was(drawing))), { tgs: 1, ...drawing })
})

test('A drawing of another size is drawn as large as Telegram wants it', () => {
  const { w, h, layers, assets, fr, op } = opened(toTgs(was({ ...drawing, w: 540, h: 270, assets: [] })))
  assert.deepEqual([w, h, fr, op], [512, 512, 60, 120])
  const [{ refId, ks }] = layers
  assert.deepEqual([refId, ks.a.k, ks.p.k], ['whole', [270, 135, 0], [256, 256, 0]])
  assert.equal(Math.round(ks.s.k[0] * 540) / 100, 512)
  assert.deepEqual(assets, [{ id: 'whole', layers: [circle] }])
})

const noise = Array.from({ length: 60_000 }, (_, at) => (at * 7919 * at) % 104_729)
const unfit: readonly (readonly [what: string, file: Buffer])[] = [
  ['goes on for more than three seconds', was({ ...drawing, op: 181 })],
  ['has another rate', was({ ...drawing, fr: 24 })],
  ['never ends', was({ ...drawing, op: 0 })],
  ['has pictures inside', was({ ...drawing, assets: [{ id: 'a', p: 'a.png' }] })],
  ['is too large for Telegram', was({ ...drawing, noise })],
  ['has no size', was({ ...drawing, w: 0 })],
  ['is none', was([1, 2])],
  ['is no JSON', makeZip({ [name]: '{' })],
  ['is not there', makeZip({ 'animation/x.json': '{}' })],
  ['is a bomb', makeZip({ [name]: ' '.repeat(5 * 1024 * 1024) })],
  ['is in no zip', Buffer.from(JSON.stringify(drawing))],
  ['is nothing', Buffer.alloc(0)],
]

for (const [what, file] of unfit) {
  test(`A drawing that ${what} becomes no sticker`, () => {
    assert.equal(toTgs(file), undefined)
  })
}

test('A file is read out of a zip, packed or not, with a comment behind it', () => {
  const zip = makeZip({ a: 'first', b: 'second' }, { packed: false, comment: 'PK\x05\x06' })
  assert.deepEqual([readEntry(zip, 'a')?.toString(), readEntry(zip, 'b')?.toString()], ['first', 'second'])
  assert.equal(readEntry(zip, 'c'), undefined)
  assert.equal(readEntry(makeZip({ a: 'packed' }), 'a')?.toString(), 'packed')
})

test('A damaged zip is read without an error, or not', () => {
  const zip = was(drawing)
  const change = fc.tuple(fc.integer({ min: 0, max: zip.length - 1 }), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), fc.nat(zip.length), (changes, end) => {
      const file = Buffer.from(zip)
      for (const [at, value] of changes) file[at] = value
      for (const each of [file, file.subarray(0, end)]) toTgs(each)
    }),
    { numRuns: 300 },
  )
})

test('What is packed in another way than all programs know is not read', () => {
  const zip = makeZip({ a: 'x' })
  const data = deflateRawSync('x')
  assert.ok(zip.includes(data))
  for (let at = zip.indexOf('PK\x01\x02'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 1))
    zip.writeUInt16LE(12, at + 10)
  assert.equal(readEntry(zip, 'a'), undefined)
})
