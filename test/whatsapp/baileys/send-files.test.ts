import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { before, describe, test } from 'node:test'
import type { Content, MediaContent } from '../../../src/bridge/event.ts'
import type { Delivery } from '../../../src/bridge/network.ts'
import { DeliveryError } from '../../../src/bridge/verdict.ts'
import { files } from '../../simulators/samples.ts'
import { trustTestCa } from '../../simulators/whatsapp/media-server.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'
import { file } from './send/delivery.ts'

before(trustTestCa)

const from = (bytes: Uint8Array): Pick<Delivery, 'openMedia'> => ({
  openMedia: async () => Readable.from([bytes]),
})

const verdict = (kind: string) => (error: unknown) => {
  assert.ok(error instanceof DeliveryError, String(error))
  assert.equal(error.verdict.kind, kind, error.message)
  return true
}

const kinds: readonly (readonly [shown: string, MediaContent, Buffer])[] = [
  ['photo', file('image', { width: 640, height: 480 }, 'The lake'), files.photo()],
  ['video', file('video', { width: 640, height: 360, seconds: 12 }, 'clip'), files.film()],
  ['gif', file('animation', { width: 320, height: 240, seconds: 2 }, 'lol'), files.film()],
  ['video note', file('video-note', { width: 384, height: 384, seconds: 8 }), files.film()],
  ['voice', file('voice', { mimeType: 'audio/ogg', seconds: 3 }), files.voice()],
  ['audio', file('audio', { mimeType: 'audio/mpeg', seconds: 200 }), files.song()],
  ['document', file('document', { mimeType: 'application/pdf', fileName: 'a.pdf' }, 'p. 3'), files.pdf()],
  ['sticker', file('sticker', { mimeType: 'image/webp', width: 512, height: 512 }), files.sticker()],
]

describe('sending files', () => {
  test('every kind arrives as what it is, in private and in groups of both forms of addressing', async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const alice = wa.addContact({ name: 'Alice' })
    const groups = (['lid', 'pn'] as const).map(addressing =>
      wa.addGroup({ subject: addressing, participants: [alice], addressing }),
    )
    for (const chat of [alice.lid, ...groups.map(({ jid }) => jid)]) {
      for (const [kind, content, bytes] of kinds) {
        const before = alice.inbox.length
        await linked.deliver(content, { chat: `whatsapp:${chat}`, ...from(bytes) })
        const { shown } = await until(kind, () => alice.inbox.at(before))
        assert.equal(shown?.kind, kind, String(shown?.problem))
        assert.equal(shown?.text, content.caption.text)
        const { width, height, seconds } = content.media
        const { file: seen } = shown ?? {}
        assert.deepEqual(seen?.bytes, bytes)
        assert.deepEqual([seen?.width, seen?.height, seen?.seconds], [width, height, seconds])
      }
    }
    assert.equal(alice.inbox.length, 3 * kinds.length)
    wa.assertNoSurprises()
  })

  test('a voice note shows how loud it is, and plays when it is none', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const chat = `whatsapp:${alice.lid}` as const
    const notes = [
      [files.speech(), 'voice', 'audio/ogg; codecs=opus'],
      [files.song(), 'audio', 'audio/mpeg'],
      [files.film(), 'audio', 'audio/mp4'],
    ] as const
    for (const [index, [bytes, kind, mime]] of notes.entries()) {
      const voice = file('voice', { mimeType: 'audio/ogg', seconds: 4 })
      await linked.deliver(voice, { chat, ...from(bytes) })
      const { shown } = await until(kind, () => alice.inbox.at(index))
      assert.deepEqual([shown?.kind, shown?.file?.mime], [kind, mime], String(shown?.problem))
    }
    const { waveform = [] } = alice.inbox[0]?.shown?.file ?? {}
    assert.deepEqual([Math.min(...waveform), Math.max(...waveform)], [0, 100])
    linked.wa.assertNoSurprises()
  })

  test('a voice note that did not go at first shows how loud it is, too, and plays when it is none', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    for (const [index, [bytes, kind]] of (
      [
        [files.speech(), 'voice'],
        [files.song(), 'audio'],
      ] as const
    ).entries()) {
      const voice = file('voice', { mimeType: 'audio/ogg', seconds: 4 })
      const messageId = linked.connection.newMessageId()
      const note = { chat: `whatsapp:${alice.lid}` as const, messageId, ...from(bytes) }
      linked.wa.cutNextSend('before-delivery')
      await assert.rejects(linked.deliver(voice, note), verdict('unsure'))
      await until(
        'a new connection',
        () => linked.wa.isLive && linked.connection.status.state === 'connected',
      )
      await linked.deliver(voice, note)
      const { shown } = await until(kind, () => alice.inbox.at(index))
      assert.equal(shown?.kind, kind, String(shown?.problem))
    }
    const { waveform = [] } = alice.inbox[0]?.shown?.file ?? {}
    assert.deepEqual([Math.min(...waveform), Math.max(...waveform)], [0, 100])
    assert.equal(linked.wa.media.uploads.length, 2)
    linked.wa.assertNoSurprises()
  })

  test('a file that is not what its sender says arrives as what it is, or as a document', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const page = Buffer.from('<!DOCTYPE html><title>Sign in</title>')
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
      'base64',
    )
    // WhatsApp takes Opus alone.
    const vorbis = Buffer.concat([
      Buffer.from('OggS\0\x02'),
      Buffer.alloc(22),
      Buffer.from('\x01vorbis'),
      Buffer.alloc(200),
    ])
    const lies: readonly (readonly [MediaContent, Buffer, kind: string, mime: string])[] = [
      [file('image', { mimeType: 'image/jpeg' }, 'Look'), page, 'document', 'application/octet-stream'],
      [file('image', { mimeType: 'image/jpeg' }, 'Look'), png, 'photo', 'image/png'],
      [file('video', { mimeType: 'video/mp4' }, 'clip'), page, 'document', 'application/octet-stream'],
      [file('animation', { mimeType: 'video/mp4' }), files.photo(), 'document', 'application/octet-stream'],
      [file('video-note', { mimeType: 'video/mp4' }), page, 'document', 'application/octet-stream'],
      [file('sticker', { mimeType: 'image/webp' }), files.photo(), 'document', 'application/octet-stream'],
      [file('audio', { mimeType: 'audio/mpeg' }), files.film(), 'audio', 'audio/mp4'],
      [file('audio', { mimeType: 'audio/mp4' }), files.voice(), 'audio', 'audio/ogg; codecs=opus'],
      [file('audio', { mimeType: 'audio/mpeg' }), vorbis, 'document', 'application/octet-stream'],
      [file('audio', { mimeType: 'audio/ogg' }), vorbis, 'document', 'application/octet-stream'],
      [file('audio', { mimeType: 'audio/mpeg' }), page, 'document', 'application/octet-stream'],
      [file('voice', { mimeType: 'audio/ogg', seconds: 0 }), page, 'document', 'application/octet-stream'],
    ]
    for (const [index, [content, bytes, kind, mime]] of lies.entries()) {
      const named = { ...content, media: { ...content.media, fileName: `${index}.bin` } }
      await linked.deliver(named, { chat: `whatsapp:${alice.lid}`, ...from(bytes) })
      const { shown } = await until(kind, () => alice.inbox.at(index))
      assert.deepEqual(
        [shown?.kind, shown?.file?.mime, shown?.text],
        [kind, mime, content.caption.text],
        `${index}: ${shown?.problem}`,
      )
      assert.deepEqual(shown?.file?.bytes, bytes)
      if (kind === 'document') assert.equal(shown?.file?.name, `${index}.bin`)
    }
    assert.equal(linked.told.length, 1)
    assert.match(linked.told[0] ?? '', /as a file/)
    // What is found out at the first bytes is not uploaded in vain.
    assert.equal(linked.wa.media.uploads.length, lies.length)
    linked.wa.assertNoSurprises()
  })

  test('a file that is not what its sender says is the same message again, and is not uploaded again', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    for (const [index, bytes] of [files.film(), Buffer.from('<html>')].entries()) {
      const messageId = linked.connection.newMessageId()
      const song = { chat: `whatsapp:${alice.lid}` as const, messageId, ...from(bytes) }
      const content = file('audio', { mimeType: 'audio/mpeg' })
      linked.wa.cutNextSend('before-ack')
      await assert.rejects(linked.deliver(content, song), verdict('unsure'))
      await until(
        'a new connection',
        () => linked.wa.isLive && linked.connection.status.state === 'connected',
      )
      await linked.deliver(content, song)
      await until('the copy', () => alice.inbox[index]?.copies === 2)
    }
    assert.equal(alice.inbox.length, 2)
    assert.equal(linked.wa.media.uploads.length, 2)
    linked.wa.assertNoSurprises()
  })

  test('a file that turns out to be empty is rejected, and the next one arrives', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const chat = `whatsapp:${alice.lid}` as const
    for (const as of ['document', 'voice'] as const) {
      const empty = { chat, openMedia: async () => Readable.from([]) }
      await assert.rejects(linked.deliver(file(as, { seconds: 3 }), empty), verdict('reject'))
    }
    await linked.deliver(file('image', {}, 'next'), { chat, ...from(files.photo()) })
    await until('the photo', () => alice.inbox[0]?.shown?.text === 'next')
  })

  test('the same message again is the same message, and uploads nothing again', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const chat = `whatsapp:${alice.lid}` as const
    const messageId = linked.connection.newMessageId()
    const photo = { chat, messageId, ...from(files.photo()) }
    linked.wa.cutNextSend('before-ack')
    await assert.rejects(linked.deliver(file('image'), photo), verdict('unsure'))
    await until('a new connection', () => linked.wa.isLive && linked.connection.status.state === 'connected')
    await linked.deliver(file('image'), photo)
    await until('the copy', () => alice.inbox[0]?.copies === 2)
    assert.equal(alice.inbox.length, 1)
    assert.equal(linked.wa.media.uploads.length, 1)
    linked.wa.assertNoSurprises()
  })

  test('after a restart it has the same keys, so that nobody has two of it', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const messageId = linked.connection.newMessageId()
    const photo = { chat: `whatsapp:${alice.lid}` as const, messageId, ...from(files.photo()) }
    await linked.deliver(file('image'), photo)
    const [first] = linked.sent.splice(0)
    await linked.restart()
    await linked.deliver(file('image'), photo)
    const keys = [first, ...linked.sent].map(part => {
      const { imageMessage, messageContextInfo } = linked.readSent(part?.raw ?? '')
      return [imageMessage?.mediaKey, imageMessage?.fileEncSha256, messageContextInfo?.messageSecret]
    })
    assert.equal(keys.length, 2)
    assert.deepEqual(keys[0], keys[1])
    await until('the copy', () => alice.inbox[0]?.copies === 2)
  })

  test('a device that asks again gets the file again, with its secret', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const chat = `whatsapp:${alice.lid}` as const
    alice.failToRead()
    await linked.deliver(file('image', {}, 'again'), { chat, ...from(files.photo()) })
    const { shown, message } = await until('the photo', () => alice.inbox[0])
    assert.deepEqual([shown?.kind, shown?.text], ['photo', 'again'])
    assert.equal(message.messageContextInfo?.messageSecret?.length, 32)
  })

  test('a caption that has no place follows once, wherever the attempt was cut off', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const voice = file('voice', { seconds: 3 }, 'listen')
    const delivery = linked.delivery(voice, { chat: `whatsapp:${alice.lid}`, ...from(files.voice()) })
    await linked.connection.send(delivery)
    const ids = linked.sent.map(({ id }) => id)
    assert.equal(new Set(ids).size, 2)
    await linked.connection.send({ ...delivery, sent: linked.sent.slice(0, 1) })
    await until('the copy', () => alice.inbox[1]?.copies === 2)
    assert.deepEqual(
      alice.inbox.map(({ id, copies, shown }) => [id, copies, shown?.kind, shown?.text]),
      [
        [ids[0], 1, 'voice', ''],
        [ids[1], 2, 'text', 'listen'],
      ],
    )
  })

  test('a photo answers a message with a quote of it', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    await alice.send('Where are you?', { id: 'Q1' })
    const arrival = await until('the question', () => linked.bridge.arrivals[0])
    await linked.deliver(file('image'), {
      chat: `whatsapp:${alice.lid}`,
      replyTo: { id: 'Q1', fromMe: false, byBridge: false, ...(arrival.raw && { raw: arrival.raw }) },
      ...from(files.photo()),
    })
    const { shown } = await until('the photo', () => alice.inbox[0])
    assert.deepEqual(shown?.quote, { id: 'Q1', author: alice.lid, text: 'Where are you?' })
  })

  test('places and contacts arrive as such', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const chat = `whatsapp:${alice.lid}` as const
    const jane = { name: 'Jane', phones: ['+15551230000'], vcard: '' }
    const contents: Content[] = [
      { kind: 'location', latitude: 52.5, longitude: 13.4, name: 'Gate', address: 'Platz 1' },
      { kind: 'contacts', contacts: [jane] },
      { kind: 'contacts', contacts: [jane, { ...jane, name: 'Joe' }] },
    ]
    for (const content of contents) await linked.deliver(content, { chat })
    await until('all', () => alice.inbox.length === 3)
    const [place, one, two] = alice.inbox.map(({ shown }) => shown)
    assert.deepEqual(place?.location, { latitude: 52.5, longitude: 13.4, name: 'Gate', address: 'Platz 1' })
    assert.deepEqual(
      one?.contacts?.map(({ name, whatsapp }) => [name, whatsapp]),
      [['Jane', '15551230000']],
    )
    assert.deepEqual(
      two?.contacts?.map(({ name }) => name),
      ['Jane', 'Joe'],
    )
    linked.wa.assertNoSurprises()
  })

  test('an upload that fails leaves no message behind, and the next attempt succeeds', async () => {
    // Time enough on a slow machine too; one of the faults takes all of it.
    await using linked = await Linked.started({
      uploadLimits: { stallMs: 10_000, answerMs: 7000, slowest: 1e6 },
    })
    const alice = linked.wa.addContact({ name: 'Alice' })
    const bytes = randomBytes(3_000_000)
    const document = { chat: `whatsapp:${alice.lid}` as const, ...from(bytes) }
    const faults = [
      [{ kind: 'cut', after: 500_000 }, 'retry'],
      [{ kind: 'stall', after: 500_000 }, 'retry'],
      [{ kind: 'status', status: 503 }, 'retry'],
      [{ kind: 'status', status: 413 }, 'reject'],
      [{ kind: 'lost-reply' }, 'retry'],
    ] as const
    for (const [index, [fault, kind]] of faults.entries()) {
      linked.wa.media.faultUploads(fault, 1)
      await assert.rejects(linked.deliver(file('document'), document), verdict(kind), fault.kind)
      await until('the fault to be met', () => linked.wa.media.requests.length === index + 1)
    }
    assert.equal(linked.sent.length, 0)
    await linked.deliver(file('document'), document)
    const { shown } = await until('the document', () => alice.inbox[0])
    assert.deepEqual(shown?.file?.bytes, bytes)
    assert.equal(alice.inbox.length, 1)
    linked.wa.assertNoSurprises()
  })

  test('a connection lost during an upload is not the end of it', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const bytes = randomBytes(2_000_000)
    linked.wa.media.faultUploads({ kind: 'slow', bytesPerSecond: 2_000_000 })
    const sending = linked.deliver(file('document'), { chat: `whatsapp:${alice.lid}`, ...from(bytes) })
    await until('the upload', () => linked.wa.media.requests.length > 0)
    linked.wa.dropConnection()
    await until('a new connection', () => linked.wa.isLive && linked.connection.status.state === 'connected')
    await sending
    const { shown } = await until('the document', () => alice.inbox[0])
    assert.deepEqual(shown?.file?.bytes, bytes)
  })

  test('the still that Telegram keeps goes along; one that cannot be had or is no JPEG costs nothing', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const stills: (readonly [Buffer | Error, Buffer | undefined])[] = [
      [files.thumbnail(), files.thumbnail()],
      [new Error('gone'), undefined],
      [files.sticker(), undefined],
      [Buffer.concat([files.thumbnail(), Buffer.alloc(100_000)]), undefined],
    ]
    for (const [given, expected] of stills) {
      const before = alice.inbox.length
      await linked.deliver(file('video', { still: { source: 's' } }), {
        chat: `whatsapp:${alice.lid}`,
        ...from(files.film()),
        openStill: async () => {
          if (given instanceof Error) throw given
          return Readable.from([given])
        },
      })
      const { shown } = await until('the video', () => alice.inbox.at(before))
      assert.deepEqual([shown?.kind, shown?.file?.thumbnail], ['video', expected])
    }
    linked.wa.assertNoSurprises()
  })

  test('a moving sticker arrives as its still, as a sticker or a photo; its sender hears of it once', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const moving = { mimeType: 'video/webm', animated: true, still: { source: 's' }, emoji: '🐸' }
    const send = async (content: MediaContent, still: Buffer) => {
      const before = alice.inbox.length
      const openStill = async () => Readable.from([still])
      await linked.deliver(content, { chat: `whatsapp:${alice.lid}`, openStill })
      return (await until('the sticker', () => alice.inbox.at(before))).shown
    }
    const webp = await send(file('sticker', moving), files.sticker())
    assert.deepEqual([webp?.kind, webp?.file?.bytes], ['sticker', files.sticker()])
    const jpeg = await send(file('sticker', moving), files.thumbnail())
    assert.deepEqual([jpeg?.kind, jpeg?.file?.mime], ['photo', 'image/jpeg'])
    const { still: _, ...bare } = moving
    assert.equal((await send(file('sticker', bare), files.sticker()))?.text, '🐸')
    assert.equal(linked.told.length, 1)
    assert.match(linked.told[0] ?? '', /still picture/)
    await linked.restart()
    await send(file('sticker', moving), files.sticker())
    assert.equal(linked.told.length, 1)
    linked.wa.assertNoSurprises()
  })

  test('what may be looked at once arrives as such', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const photo = file('image', { viewOnce: true })
    await linked.deliver(photo, { chat: `whatsapp:${alice.lid}`, ...from(files.photo()) })
    const { shown } = await until('the photo', () => alice.inbox[0])
    assert.deepEqual([shown?.kind, shown?.viewOnce], ['photo', true])
    linked.wa.assertNoSurprises()
  })

  test('a link is previewed where the owner wants it and its page has something to say', async () => {
    for (const linkPreviews of [true, false]) {
      await using linked = await Linked.started({ linkPreviews })
      const { wa } = linked
      const alice = wa.addContact({ name: 'Alice' })
      const page = '<title>Lakes</title><meta name="description" content="Ten of them">'
      for (const link of [wa.media.page('/lakes', page), wa.media.page('/none', '<p>hello')]) {
        const content: Content = {
          kind: 'text',
          body: { text: `see ${link}`, spans: [] },
          previewUrl: link,
        }
        await linked.deliver(content, { chat: `whatsapp:${alice.lid}` })
      }
      await until('both', () => alice.inbox.length === 2)
      const [lakes, none] = alice.inbox.map(({ shown }) => shown)
      const url = `https://${wa.mediaHost}/lakes`
      assert.deepEqual(
        lakes?.preview,
        linkPreviews ? { url, title: 'Lakes', description: 'Ten of them' } : undefined,
      )
      assert.deepEqual([none?.text, none?.preview], [`see https://${wa.mediaHost}/none`, undefined])
      assert.equal(wa.media.requests.length, linkPreviews ? 2 : 0)
      wa.assertNoSurprises()
    }
  })
})
