import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { isMessage, type Media } from '../../../src/bridge/event.ts'
import { DeliveryError } from '../../../src/bridge/verdict.ts'
import type { Group } from '../../simulators/whatsapp/group.ts'
import { trustTestCa } from '../../simulators/whatsapp/media-server.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

trustTestCa()

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(30_000)])

const failsWith = (kind: string) => (error: unknown) => {
  assert.ok(error instanceof DeliveryError, String(error))
  assert.equal(error.verdict.kind, kind, error.message)
  return true
}

/** Gives the group a picture; returns it as the notice about it has it. */
const change = async (linked: Linked, group: Group, id: string): Promise<Media> => {
  const pictures = () =>
    linked.bridge.events.flatMap(event =>
      isMessage(event) && event.content.kind === 'card' && event.content.media ? [event.content] : [],
    )
  const before = pictures().length
  group.picture(id, 'me', JPEG)
  const card = await until('the notice', () => pictures()[before])
  assert.equal(card.body.text, 'Changed the photo of the group')
  assert.ok(card.media)
  return card.media.media
}

const open = (linked: Linked, media: Media) =>
  linked.connection.openMedia(media, new AbortController().signal)

/** On a busy machine a picture may come too late; then it is asked for again. */
const read = async (linked: Linked, media: Media): Promise<Buffer> => {
  for (let turn = 1; ; turn += 1) {
    try {
      return await buffer(await open(linked, media))
    } catch (error) {
      if (turn === 5 || !/did not come at once/.test(String(error))) throw error
    }
  }
}

test('The notice about a new picture of a group brings the picture', async () => {
  await using linked = await Linked.started()
  const group = linked.wa.addGroup({ subject: 'Class', participants: [] })
  const media = await change(linked, group, '1700000000')
  assert.deepEqual(await read(linked, media), JPEG)
  linked.wa.assertNoSurprises()
})

test('An old notice does not show a newer picture, and nothing when there is none any more', async () => {
  await using linked = await Linked.started()
  const group = linked.wa.addGroup({ subject: 'Class', participants: [] })
  const first = await change(linked, group, '1700000000')
  const second = await change(linked, group, '1700000001')
  await assert.rejects(open(linked, first), failsWith('reject'))
  assert.deepEqual(await read(linked, second), JPEG)
  group.picture(undefined)
  await assert.rejects(open(linked, second), failsWith('reject'))
  linked.wa.assertNoSurprises()
})

test('A picture comes from the media hosts of WhatsApp alone, and no larger than pictures are', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const group = wa.addGroup({ subject: 'Class', participants: [] })
  const media = await change(linked, group, '1700000000')
  assert.ok(group.icon)
  const { url } = group.icon
  for (const elsewhere of [
    'https://example.com/picture.jpg',
    url.replace('https:', 'http:'),
    'file:///etc/passwd',
  ]) {
    group.icon.url = elsewhere
    await assert.rejects(open(linked, media), failsWith('reject'))
  }
  group.picture('1700000000', 'me', Buffer.alloc(6 * 1024 * 1024))
  await assert.rejects(open(linked, media), failsWith('reject'))
  wa.assertNoSurprises()
})

test('Where WhatsApp is busy or has trouble, the words about the picture do not wait for it', async () => {
  await using linked = await Linked.started()
  const group = linked.wa.addGroup({ subject: 'Class', participants: [] })
  const media = await change(linked, group, '1700000000')
  for (const code of [429, 503, 401]) {
    linked.wa.refuseQuery('w:profile:picture get picture', code)
    await assert.rejects(open(linked, media), failsWith('reject'))
  }
  assert.deepEqual(await read(linked, media), JPEG)
  linked.wa.assertNoSurprises()
})

test('A picture is waited for until WhatsApp can be asked, but not for ever', async () => {
  await using linked = await Linked.started()
  const group = linked.wa.addGroup({ subject: 'Class', participants: [] })
  const media = await change(linked, group, '1700000000')
  linked.wa.dropConnection()
  await until('the end of the connection', () => linked.connection.status.state !== 'connected')
  assert.deepEqual(await read(linked, media), JPEG)
  await linked.stop()
  await assert.rejects(open(linked, media), failsWith('reject'))
})

test('A picture that stalls on its way is given up, the media host in trouble, too; whoever stops is told so', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const group = wa.addGroup({ subject: 'Class', participants: [] })
  const media = await change(linked, group, '1700000000')
  assert.ok(group.icon)
  for (const fault of [
    { kind: 'stall', after: 1000 },
    { kind: 'cut', after: 1000 },
    { kind: 'status', status: 503 },
  ] as const) {
    wa.media.fault(group.icon, fault)
    await assert.rejects(open(linked, media), failsWith('reject'))
  }
  wa.media.fault(group.icon, { kind: 'stall', after: 1000 })
  const stop = new AbortController()
  const opened = linked.connection.openMedia(media, stop.signal)
  stop.abort()
  await assert.rejects(opened, failsWith('retry'))
})
