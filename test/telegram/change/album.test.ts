import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import { Bench, change, file, Standing, sendFor, text } from '../bench.ts'

const deleted = { kind: 'deletion', by: 'author' } as const

/** An album of Anna's in the owner's chat: what stands there for each of its pictures. */
const open = async (options: Parameters<typeof Bench.open>[0] = {}) => {
  const bench = await Bench.open(options)
  const chat = `telegram:${bench.owner.id}` as const
  const items = ['The beach', ''].map((caption, place) => ({
    kind: 'media' as const,
    as: 'image' as const,
    id: `photo ${place}`,
    media: { source: `photo ${place}` },
    caption: plainText(caption),
  }))
  const { parts } = await sendFor(bench, {
    chat,
    senderLine: 'Anna',
    content: { kind: 'album', items },
    bytes: ({ source }) => Readable.from([jpeg(100, 100 + Number(source.slice(6)))]),
  })
  const [first, second] = parts.map(part => new Standing([part]))
  assert.ok(first && second)
  return {
    bench,
    first,
    second,
    changes: (what: Parameters<typeof change>[1], shown: Standing, bytes?: Uint8Array) =>
      bench.network.change(change(chat, what, shown, { ...(bytes && { bytes }) })),
    seen: () =>
      bench.home.transcript().map(({ text: words, entities, replyTo }) => ({
        words,
        struck: entities
          .filter(({ type }) => type === 'strikethrough')
          .map(({ offset, length }) => words?.slice(offset, offset + length)),
        replyTo,
      })),
    /** How wide each picture is. */
    widths: () =>
      bench.home.messages.map(({ photo }) => (photo as { width: number }[] | undefined)?.at(-1)?.width),
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  }
}

test('pictures of an album are struck through, though they cannot be read', async () => {
  await using album = await open({ deletions: 'strike' })
  const { first, second } = album
  for (let times = 0; times < 2; times++) {
    await album.changes(deleted, first)
    await album.changes(deleted, second)
  }
  assert.deepEqual(album.seen(), [
    { words: '🗑 Anna\nThe beach', struck: ['The beach'], replyTo: undefined },
    { words: '🗑', struck: [], replyTo: undefined },
  ])
  assert.deepEqual(album.bench.tg.callsOf('editMessageReplyMarkup'), [])
})

test('a picture of an album is struck through as it reads since it was edited', async () => {
  await using album = await open({ deletions: 'strike' })
  await album.changes({ kind: 'edit', content: text('The dunes') }, album.first)
  await album.changes(deleted, album.first)
  const [seen] = album.seen()
  assert.deepEqual([seen?.words, seen?.struck], ['🗑 Anna\nThe dunes', ['The dunes']])
})

test('an answer says that a picture of an album was deleted, of which an earlier version kept no words', async () => {
  await using album = await open({ deletions: 'strike' })
  const { first } = album
  const [part] = first.parts
  first.parts = first.parts.map(each => ({ ...each, raw: '{"as":"caption"}' }))
  await album.changes(deleted, first)
  assert.deepEqual(
    album.seen().map(({ words, replyTo }) => [words, replyTo]),
    [
      ['Anna\nThe beach', undefined],
      ['', undefined],
      ['🗑 This message was deleted', Number(part?.id)],
    ],
  )
})

test('a better version of a picture takes its place in the album, under the words that it has by now', async () => {
  await using album = await open()
  const { first, second } = album
  await album.changes({ kind: 'edit', content: file('image') }, second, jpeg(1200, 600))
  await album.changes({ kind: 'edit', content: text('The dunes') }, first)
  await album.changes({ kind: 'edit', content: file('image') }, first, jpeg(1200, 600))
  await album.changes({ kind: 'edit', content: file('image', {}, 'The sea') }, second, jpeg(1000, 500))
  await album.changes({ kind: 'edit', content: file('image') }, second, jpeg(900, 300))
  assert.deepEqual(
    album.seen().map(({ words }) => words),
    ['Anna\nThe dunes', 'The sea'],
  )
  assert.deepEqual(album.widths(), [1200, 900])
  assert.deepEqual(album.bench.tg.callsOf('editMessageReplyMarkup'), [])
})
