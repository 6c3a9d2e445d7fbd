import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { AlbumContent } from '../../../src/bridge/content.ts'
import type { Media, MediaContent } from '../../../src/bridge/event.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { reject, retry } from '../../../src/bridge/verdict.ts'
import { jpeg, ogg } from '../../simulators/telegram/helpers.ts'
import type { Fault } from '../../simulators/telegram/index.ts'
import { Bench, delivery, failureOf } from '../bench.ts'

const item = (as: MediaContent['as'], source: string, caption = '', media: Partial<Media> = {}) => ({
  kind: 'media' as const,
  id: source,
  as,
  media: { source, ...media },
  caption: plainText(caption),
})
const album = (...items: AlbumContent['items']): AlbumContent => ({ kind: 'album', items })
const photos = (count: number) =>
  album(...Array.from({ length: count }, (_, n) => item('image', `photo ${n}`, `Photo ${n}`)))

/** Different pictures, so that order shows. */
const open = ({ source }: Media): Readable =>
  Readable.from([source.startsWith('photo') ? jpeg(100 + (Number(source.slice(6)) || 0), 100) : ogg()])

const groups = (bench: Bench) =>
  bench.tg.calls.map(({ method, params }) => [
    method,
    (params['media'] as { type: string }[] | undefined)?.map(({ type }) => type) ?? '',
  ])

test('an album is one media group: sender above the first caption, every item with its own', async () => {
  await using bench = await Bench.open()
  const content = album(
    item('image', 'photo 1', 'The beach'),
    item('video', 'film', '', { width: 640, height: 480, seconds: 7, mimeType: 'video/mp4' }),
    item('image', 'photo 2', 'The dog'),
  )
  const replyTo = {
    id: String(bench.owner.sends(bench.home, 'Show me').message_id),
    fromMe: false,
    byBridge: false,
  }
  const job = delivery({
    chat: `telegram:${bench.owner.id}`,
    content,
    senderLine: 'Anna',
    replyTo,
    bytes: open,
  })
  await bench.network.send(job)
  const [, ...seen] = bench.home.transcript()
  assert.deepEqual(
    seen.map(({ kind, text }) => [kind, text]),
    [
      ['photo', 'Anna\nThe beach'],
      ['video', ''],
      ['photo', 'The dog'],
    ],
  )
  assert.equal(new Set(seen.map(({ mediaGroup }) => mediaGroup)).size, 1)
  assert.ok(seen[0]?.mediaGroup)
  assert.equal(seen[0]?.replyTo, Number(replyTo.id))
  assert.deepEqual(
    job.sent.map(({ id, item: position }) => [Number(id), position]),
    seen.map(({ id }, index) => [id, index]),
  )
  assert.equal(bench.tg.calls.length, 1)
  bench.tg.assertNoSurprises()
})

test('more than ten pictures are several albums, and what does not mix stands apart, all in order', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  await bench.network.send(delivery({ chat, content: photos(12), bytes: open }))
  await bench.network.send(delivery({ chat, content: photos(11), bytes: open }))
  const mixed = album(
    item('image', 'photo 1'),
    item('document', 'a'),
    item('document', 'b'),
    item('audio', 'c'),
    item('sticker', 'd'),
    item('image', 'photo 2'),
    item('video', 'film'),
  )
  await bench.network.send(delivery({ chat, content: mixed, bytes: open }))
  const visual = (count: number) => Array.from({ length: count }, () => 'photo')
  assert.deepEqual(groups(bench), [
    ['sendMediaGroup', visual(10)],
    ['sendMediaGroup', visual(2)],
    ['sendMediaGroup', visual(10)],
    ['sendPhoto', ''],
    ['sendPhoto', ''],
    ['sendMediaGroup', ['document', 'document']],
    ['sendAudio', ''],
    ['sendSticker', ''],
    ['sendMediaGroup', ['photo', 'video']],
  ])
  assert.deepEqual(
    bench.home
      .transcript()
      .slice(0, 12)
      .map(({ text }) => text),
    Array.from({ length: 12 }, (_, n) => `Photo ${n}`),
  )
  bench.tg.assertNoSurprises()
})

test('a caption that is too long goes on below the album, as an answer to its picture', async () => {
  await using bench = await Bench.open()
  const words = Array.from({ length: 300 }, (_, n) => `word${n}`).join(' ')
  const content = album(item('image', 'photo 1'), item('image', 'photo 2', words), item('image', 'photo 3'))
  const job = delivery({ chat: `telegram:${bench.owner.id}`, content, bytes: open })
  await bench.network.send(job)
  const [, second, , rest] = bench.home.transcript()
  assert.equal(`${second?.text} ${rest?.text}`, words)
  assert.equal(rest?.replyTo, second?.id)
  assert.deepEqual(
    job.sent.map(({ item: position }) => position),
    [0, 1, 2, 1],
  )
})

test('one item that Telegram refuses does not keep the others away', async () => {
  await using bench = await Bench.open()
  const noise = ({ source }: Media) =>
    source === 'photo 1' ? Readable.from([Buffer.from('noise')]) : open({ source })
  const job = delivery({
    chat: `telegram:${bench.owner.id}`,
    content: photos(3),
    senderLine: 'Anna',
    bytes: noise,
  })
  await bench.network.send(job)
  assert.deepEqual(
    bench.home.transcript().map(({ kind, text }) => [kind, text]),
    [
      ['photo', 'Anna\nPhoto 0'],
      ['document', 'Photo 1'],
      ['photo', 'Photo 2'],
    ],
  )
  assert.deepEqual(
    job.sent.map(({ item: position }) => position),
    [0, 1, 2],
  )
})

test('an item that cannot be had leaves words in its place', async () => {
  await using bench = await Bench.open()
  const gone = ({ source }: Media) => {
    if (source === 'photo 1') throw reject('The file is gone')
    return open({ source })
  }
  const job = delivery({ chat: `telegram:${bench.owner.id}`, content: photos(3), bytes: gone })
  await bench.network.send(job)
  assert.deepEqual(
    bench.home.transcript().map(({ kind, text }) => [kind, text]),
    [
      ['photo', 'Photo 0'],
      ['text', '[Photo could not be carried over]\nPhoto 1'],
      ['photo', 'Photo 2'],
    ],
  )
})

test('an item that fails for now holds the album up, until it is to go item by item', async () => {
  await using bench = await Bench.open()
  const failing = ({ source }: Media) => {
    if (source === 'photo 1') throw retry('The download was cut off')
    return open({ source })
  }
  const chat = `telegram:${bench.owner.id}` as const
  const error = await failureOf(bench.network.send(delivery({ chat, content: photos(3), bytes: failing })))
  assert.equal(error.verdict.kind, 'retry')
  assert.deepEqual(bench.home.transcript(), [])
  const content = { ...photos(3), apart: true }
  await bench.network.send(delivery({ chat, content, bytes: failing }))
  assert.deepEqual(
    bench.home.transcript().map(({ kind }) => kind),
    ['photo', 'text', 'photo'],
  )
})

test('a picture too big for a photo is no part of the album, and one too big for Telegram is named', async () => {
  await using bench = await Bench.open()
  const content = album(
    item('image', 'photo 1'),
    item('image', 'photo 2', '', { width: 9999, height: 9999 }),
    item('video', 'film', '', { size: 100 * 1024 * 1024, fileName: 'film.mp4' }),
    item('image', 'photo 3'),
  )
  await bench.network.send(delivery({ chat: `telegram:${bench.owner.id}`, content, bytes: open }))
  assert.deepEqual(
    bench.home.transcript().map(({ kind }) => kind),
    ['photo', 'document', 'text', 'photo'],
  )
})

test('the files of an album are opened one after the other, and never held', async () => {
  await using bench = await Bench.open({ simulator: { keep: 1024 } })
  let openNow = 0
  let most = 0
  const megabytes = 40
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  /** Bytes of files that somebody still holds: what the system has given us says nothing, for it is given back when it pleases. */
  const held = (): number => {
    // Twice: what the first finds is given back behind it.
    collect()
    collect()
    return process.memoryUsage().arrayBuffers
  }
  const before = held()
  let highest = before
  const stream = () => {
    openNow++
    most = Math.max(most, openNow)
    const bytes = async function* () {
      yield jpeg(100, 100)
      for (let n = 0; n < megabytes; n++) {
        yield Buffer.alloc(1024 * 1024, n)
        if (n % 8 === 0) highest = Math.max(highest, held())
      }
    }
    return Readable.from(bytes()).once('close', () => openNow--)
  }
  const content = album(...['a', 'b', 'c', 'd'].map(name => item('document', name)))
  await bench.network.send(delivery({ chat: `telegram:${bench.owner.id}`, content, bytes: stream }))
  assert.deepEqual(
    bench.tg.calls[0]?.files.map(({ size }) => size > megabytes * 1024 * 1024),
    [true, true, true, true],
  )
  assert.equal(most, 1)
  const grown = (highest - before) / 1024 / 1024
  assert.ok(grown < 20, `${Math.round(grown)} MB for ${4 * megabytes} MB of files`)
})

const doubts: readonly (readonly [string, Fault, boolean])[] = [
  ['lost', 'reply-lost', true],
  ['never sent', 'reset-before', false],
  ['a 500 after the fact', { error: 500, description: 'Internal Server Error: restart', done: true }, true],
]

for (const [name, fault, arrives] of doubts) {
  test(`an album whose answer is ${name} is there once, every picture linked`, async () => {
    await using bench = await Bench.open()
    const group = bench.addGroup()
    const chat = `telegram:${group.id}` as const
    await bench.network.send(delivery({ chat, content: photos(1), bytes: open }))
    const job = {
      ...delivery({ chat, content: photos(12), senderLine: 'Anna', bytes: open }),
      mark: bench.network.mark?.(chat) ?? '',
    }
    bench.tg.faults.next('sendMediaGroup', fault)
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    await bench.restart()
    bench.owner.sends(group, 'gossip')
    assert.equal(await bench.network.settle?.(job), arrives)
    assert.equal(job.sent.length, arrives ? 10 : 0)
    await bench.network.send(job)
    const seen = group.transcript().filter(({ from }) => from.isBot)
    assert.deepEqual(
      seen.map(({ text }) => text),
      ['Photo 0', 'Anna\nPhoto 0', ...Array.from({ length: 11 }, (_, n) => `Photo ${n + 1}`)],
    )
    assert.deepEqual(
      job.sent.map(({ id, item: position }) => [Number(id), position]),
      seen.slice(1).map(({ id }, index) => [id, index]),
    )
  })
}

test('an album that was recorded in part before a crash is completed by looking, not by sending', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.addGroup().id}` as const
  const job = {
    ...delivery({ chat, content: photos(4), bytes: open }),
    mark: bench.network.mark?.(chat) ?? '',
  }
  const recorded = job.sent
  let calls = 0
  const cutOff = {
    ...job,
    onSent(part: (typeof recorded)[number]) {
      if (++calls > 2) throw new Error('killed')
      recorded.push(part)
    },
  }
  await assert.rejects(bench.network.send(cutOff), /killed/)
  await bench.restart()
  assert.equal(await bench.network.settle?.(job), true)
  assert.equal(job.sent.length, 4)
  await bench.network.send(job)
  assert.equal(bench.tg.callsOf('sendMediaGroup').length, 1)
})

test('an item that went out in a plainer form is found as such', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.addGroup().id}` as const
  const noise = ({ source }: Media) =>
    source === 'photo 1' ? Readable.from([Buffer.from('noise')]) : open({ source })
  const job = {
    ...delivery({ chat, content: photos(3), bytes: noise }),
    mark: bench.network.mark?.(chat) ?? '',
  }
  bench.tg.faults.next('sendDocument', 'reply-lost')
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  await bench.restart()
  assert.equal(await bench.network.settle?.(job), true)
  await bench.network.send(job)
  assert.deepEqual(
    bench.groups[0]?.transcript().map(({ kind, text }) => [kind, text]),
    [
      ['photo', 'Photo 0'],
      ['document', 'Photo 1'],
      ['photo', 'Photo 2'],
    ],
  )
})
