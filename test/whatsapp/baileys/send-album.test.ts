import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { before, test } from 'node:test'
import type { AlbumContent, MediaContent } from '../../../src/bridge/content.ts'
import type { Media } from '../../../src/bridge/event.ts'
import type { SentPart } from '../../../src/bridge/network.ts'
import { offline, reject } from '../../../src/bridge/verdict.ts'
import { files } from '../../simulators/samples.ts'
import { trustTestCa } from '../../simulators/whatsapp/media-server.ts'
import { until } from '../support.ts'
import { failureOf } from './changes.ts'
import { Linked } from './linked.ts'
import { file } from './send/delivery.ts'

before(trustTestCa)

const photo = (source: string, caption = '') => file('image', { source }, caption)
const film = (source: string) => file('video', { source, mimeType: 'video/mp4' })
const albumOf = (...items: MediaContent[]): AlbumContent => ({
  kind: 'album',
  items: items.map((item, position) => ({ ...item, id: String(position + 5) })),
})

const openMedia = async ({ source }: Media): Promise<Readable> => {
  if (source === 'gone') throw reject('The file is gone')
  return Readable.from([source.startsWith('film') ? files.film() : files.photo()])
}

test('an album arrives as one, its caption at its item, also where members are known by number', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const group = wa.addGroup({ subject: 'Old', participants: [alice], addressing: 'pn' })
  for (const chat of [alice.lid, group.jid]) {
    const sent: SentPart[] = []
    const onSent = (part: SentPart) => void sent.push(part)
    const content = albumOf(photo('one', 'The lake'), film('film'), photo('two'))
    await linked.deliver(content, { chat: `whatsapp:${chat}`, openMedia, onSent, sent })
    await until('all', () => wa.transcript.filter(line => line.chat === chat).length === 4)
    const [album, ...items] = wa.transcript.filter(line => line.chat === chat)
    const { expectedImageCount, expectedVideoCount } = album?.message.albumMessage ?? {}
    assert.deepEqual([expectedImageCount, expectedVideoCount], [2, 1])
    assert.deepEqual(
      items.map(line => [line.id, line.shown?.kind, line.shown?.text, line.album]),
      [
        [sent[1]?.id, 'photo', 'The lake', album?.id],
        [sent[2]?.id, 'video', '', album?.id],
        [sent[3]?.id, 'photo', '', album?.id],
      ],
    )
    assert.deepEqual(
      sent.map(({ item }) => item),
      [undefined, 0, 1, 2],
    )
  }
  wa.assertNoSurprises()
})

test('an attempt cut off in an album goes on behind what went, under the same ids', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const sent: SentPart[] = []
  const onSent = (part: SentPart) => void sent.push(part)
  let opened = 0
  const delivery = linked.delivery(albumOf(photo('one'), photo('two'), photo('three')), {
    chat: `whatsapp:${alice.lid}`,
    sent,
    onSent,
    openMedia: media => {
      opened += 1
      if (media.source === 'two' && opened === 2) wa.cutNextSend('before-ack')
      return openMedia(media)
    },
  })
  assert.equal((await failureOf(linked.connection.send(delivery))).verdict.kind, 'unsure')
  assert.equal(sent.length, 2)
  await until('the way back', () => linked.connection.status.state === 'connected' && wa.isLive)
  await linked.connection.send(delivery)
  await until('all', () => wa.transcript.filter(line => line.album !== undefined).length === 3)
  assert.equal(sent.length, 4)
  assert.equal(alice.inbox.length, 4)
  assert.equal(alice.inbox.find(({ id }) => id === sent[2]?.id)?.copies, 2)
  wa.assertNoSurprises()
})

test('an item that cannot be had does not keep the others back, and is told of', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const sent: SentPart[] = []
  const onSent = (part: SentPart) => void sent.push(part)
  const content = albumOf(photo('one'), photo('gone'), photo('three'))
  const delivery = linked.delivery(content, { chat: `whatsapp:${alice.lid}`, openMedia, sent, onSent })
  const failure = await failureOf(linked.connection.send(delivery))
  assert.equal(failure.verdict.kind, 'reject')
  assert.match(failure.message, /^1 of its files did not go: The file is gone/)
  assert.deepEqual(
    sent.map(({ item }) => item),
    [undefined, 0, 2],
  )
})

test('an item that is not what it is said to be goes along as a document, and the others are an album', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const sent: SentPart[] = []
  const onSent = (part: SentPart) => void sent.push(part)
  const openLying = async (media: Media) =>
    media.source === 'page' ? Readable.from([Buffer.from('<!DOCTYPE html>')]) : openMedia(media)
  const content = albumOf(photo('one'), photo('page', 'Look'), photo('three'))
  await linked.deliver(content, { chat: `whatsapp:${alice.lid}`, openMedia: openLying, sent, onSent })
  const [, ...items] = wa.transcript
  assert.deepEqual(
    items.map(({ shown, album }) => [shown?.kind, shown?.text, album !== undefined]),
    [
      ['photo', '', true],
      ['document', 'Look', false],
      ['photo', '', true],
    ],
  )
  assert.deepEqual(
    sent.map(({ item }) => item),
    [undefined, 0, 1, 2],
  )
  wa.assertNoSurprises()
})

test('one photo is no album; what is no photo goes beside it', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const chat = `whatsapp:${alice.lid}` as const
  await linked.deliver(albumOf(photo('one', 'alone')), { chat, openMedia })
  const odd = file('video', { source: 'film', mimeType: 'video/quicktime', fileName: 'a.mov' })
  await linked.deliver(albumOf(photo('one'), odd), { chat, openMedia })
  await linked.deliver(albumOf(photo('one'), odd, photo('two')), { chat, openMedia })
  await until('all', () => wa.transcript.length === 7)
  assert.deepEqual(
    wa.transcript.map(({ shown, album }) => [shown?.kind, album !== undefined]),
    [
      ['photo', false],
      ['photo', false],
      ['document', false],
      ['albumMessage', false],
      ['photo', true],
      ['document', false],
      ['photo', true],
    ],
  )
  wa.assertNoSurprises()
})

test('what is announced is told, and keeps its id where one item is left and nothing would announce it', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const chat = `whatsapp:${alice.lid}` as const
  const sent: SentPart[] = []
  const onSent = (part: SentPart) => void sent.push(part)
  const gone = () => Promise.reject(offline('away'))
  const delivery = linked.delivery(albumOf(photo('one'), photo('two')), {
    chat,
    openMedia: gone,
    sent,
    onSent,
  })
  await failureOf(linked.connection.send(delivery))
  assert.deepEqual(
    sent.map(({ id, announces, raw }) => [id, announces, raw !== undefined]),
    [[delivery.messageId, true, true]],
  )
  const { messageId } = delivery
  await linked.deliver(albumOf(photo('one', 'left')), { chat, openMedia, messageId, sent, onSent })
  await until('both', () => alice.inbox.length === 2)
  assert.deepEqual(
    alice.inbox.map(({ id, shown, copies }) => [id, shown?.kind, copies]),
    [
      [messageId, 'albumMessage', 1],
      [sent[1]?.id, 'photo', 1],
    ],
  )
  wa.assertNoSurprises()
})

test('an item that WhatsApp refuses as it refuses a wrong address does not keep the others back where one has just gone there', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  await alice.send('This is Alice')
  await until('her message', () => linked.bridge.said.length === 1)
  const sent: SentPart[] = []
  const onSent = (part: SentPart) => void sent.push(part)
  let opened = 0
  const openRefused = (media: Media) => {
    if (media.source === 'two') opened += 1
    if (media.source === 'two' && opened === 1) wa.refuseNext(400)
    return openMedia(media)
  }
  const content = albumOf(photo('one'), photo('two'), photo('three'))
  const delivery = linked.delivery(content, {
    chat: `whatsapp:${alice.lid}`,
    openMedia: openRefused,
    sent,
    onSent,
  })
  const failure = await failureOf(linked.connection.send(delivery))
  assert.equal(failure.verdict.kind, 'reject')
  assert.match(failure.message, /^1 of its files did not go: WhatsApp refused the message \(400\)/)
  assert.deepEqual(
    sent.map(({ item }) => item),
    [undefined, 0, 2],
  )
  wa.assertNoSurprises()
})
