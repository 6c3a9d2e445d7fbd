import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import { WebSocket } from 'ws'
import { DeliveryError } from '../../../../src/bridge/verdict.ts'
import { renderSource } from '../../../../src/whatsapp/baileys/media/source.ts'
import { trustTestCa } from '../../../simulators/whatsapp/media-server.ts'
import { rawMessage } from '../../../simulators/whatsapp/polls.ts'
import { endsWithin } from '../../../support/within.ts'
import { until } from '../../support.ts'
import { Linked } from '../linked.ts'

trustTestCa()

const bytes = randomBytes(50_000)

const isDeleted = (error: unknown): boolean =>
  error instanceof DeliveryError && error.verdict.kind === 'reject' && /deleted|any more/.test(error.message)

const isToTryAgain = (error: unknown): boolean =>
  error instanceof DeliveryError && error.verdict.kind === 'retry'

const pictures = ({ bridge }: Linked) => bridge.messages.filter(({ content }) => content.kind === 'media')

/** A bridge that has got a picture whose file WhatsApp has deleted meanwhile. */
const withExpiredPicture = async (linked: Linked, wrap = (message: proto.IMessage) => message) => {
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const group = wa.addGroup({ subject: 'School', participants: [alice] })
  const file = await wa.media.put(bytes, 'image')
  const imageMessage = { ...file, mimetype: 'image/jpeg', caption: 'look' }
  const sent = await alice.send(wrap({ imageMessage }), { to: group })
  const event = await until('the event', () => pictures(linked).find(({ id }) => id === sent))
  assert.ok(event.content.kind === 'media')
  wa.media.expire(file.directPath)
  return { event, media: event.content.media }
}

const wraps: Readonly<Record<string, (message: proto.IMessage) => proto.IMessage>> = {
  'as it is': message => message,
  'of a message that disappears': message => ({ ephemeralMessage: { message } }),
  'in bytes of its own': message => rawMessage(proto.Message.encode(message).finish()),
}
for (const [how, wrap] of Object.entries(wraps))
  test(`The phone puts a file up again that WhatsApp has deleted, ${how}`, async () => {
    await using linked = await Linked.started()
    const { media } = await withExpiredPicture(linked, wrap)
    const stream = await linked.connection.openMedia(media, new AbortController().signal)
    assert.deepEqual(await buffer(stream), bytes)
    linked.wa.assertNoSurprises()
  })

test('A file that two chats want at once is there for both', async () => {
  await using linked = await Linked.started()
  const { media } = await withExpiredPicture(linked)
  const { signal } = new AbortController()
  const streams = await Promise.all([1, 2].map(() => linked.connection.openMedia(media, signal)))
  for (const stream of streams) assert.deepEqual(await buffer(stream), bytes)
  const asked = linked.wa.requests.filter(({ attrs }) => attrs['type'] === 'server-error')
  assert.equal(asked.length, 1, 'the phone is asked once')
  linked.wa.assertNoSurprises()
})

test('Whoever still wants it gets it, also where whoever asked the phone has given up', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const { media } = await withExpiredPicture(linked)
  wa.phone.switch(false)
  const stop = new AbortController()
  const first = assert.rejects(linked.connection.openMedia(media, stop.signal))
  await until('the question', () => wa.requests.some(({ attrs }) => attrs['type'] === 'server-error'))
  const second = linked.connection.openMedia(media, new AbortController().signal)
  const looks = () => wa.media.requests.filter(({ status }) => status === 404 || status === 410)
  await until('the second look', () => looks().length === 2)
  // So that it is waiting, too.
  await new Promise(resolve => setTimeout(resolve, 200))
  stop.abort()
  await first
  wa.phone.switch(true)
  assert.deepEqual(await buffer(await second), bytes)
  wa.assertNoSurprises()
})

test('Where the question cannot be sent, nobody waits for an answer to it, and the file comes with the next try', async () => {
  const patience = 100_000
  await using linked = await Linked.started({ timing: { reupload: patience } })
  const { media } = await withExpiredPicture(linked)
  const { signal } = new AbortController()
  const open = () => linked.connection.openMedia(media, signal)
  const question = Promise.withResolvers<() => void>()
  const { send } = WebSocket.prototype
  let isBroken = () => false
  try {
    // As where the network goes away just then: ours is the end that knows where it leads.
    WebSocket.prototype.send = function (this: WebSocket, ...[data, ...more]: Parameters<typeof send>) {
      if (!this.url) return send.call(this, data, ...more)
      question.resolve(() => {
        this.terminate()
        for (const said of more) if (typeof said === 'function') said(new Error('EPIPE'))
      })
    } as typeof send
    const first = open()
    const fail = await question.promise
    const second = open()
    const looks = () => linked.wa.media.requests.filter(({ status }) => status === 404 || status === 410)
    await until('the second look', () => looks().length === 2)
    // So that it is waiting, too.
    await new Promise(resolve => setTimeout(resolve, 200))
    const { length } = linked.bridge.statuses
    isBroken = () => linked.bridge.statuses.slice(length).some(({ state }) => state === 'connecting')
    fail()
    const over = Promise.all([first, second].map(each => assert.rejects(each, isToTryAgain)))
    assert.ok(await endsWithin(patience / 2, over))
    await over
  } finally {
    WebSocket.prototype.send = send
  }
  await until('the end of the connection', isBroken)
  await until('the next one', () => linked.connection.status.state === 'connected' && linked.wa.isLive)
  assert.deepEqual(await buffer(await open()), bytes)
})

test('A phone that is off is not waited for, and what it puts up later comes as a message of its own kind', async () => {
  await using linked = await Linked.started({ timing: { reupload: 200 } })
  const { event, media } = await withExpiredPicture(linked)
  linked.wa.phone.switch(false)
  await assert.rejects(linked.connection.openMedia(media, new AbortController().signal), isDeleted)
  await linked.restart()
  linked.wa.phone.switch(true)
  const late = await until('the file', () => pictures(linked).find(picture => picture.late))
  assert.deepEqual([late.id, late.chat, late.late], [event.id, event.chat, true])
  assert.ok(late.content.kind === 'media' && late.content.caption.text === 'look')
  const stream = await linked.connection.openMedia(late.content.media, new AbortController().signal)
  assert.deepEqual(await buffer(stream), bytes)
  linked.wa.assertNoSurprises()
})

test('A phone that has let one question pass is waited for less, until it answers', async () => {
  const patience = 3000
  await using linked = await Linked.started({ timing: { reupload: patience } })
  const [one, other] = [await withExpiredPicture(linked), await withExpiredPicture(linked)]
  const isLess = async ({ media }: typeof one): Promise<boolean> => {
    const over = assert.rejects(linked.connection.openMedia(media, new AbortController().signal), isDeleted)
    const isSoon = await endsWithin(patience * 0.9, over)
    await over
    return isSoon
  }
  linked.wa.phone.switch(false)
  assert.equal(await isLess(one), false)
  assert.equal(await isLess(one), true)
  linked.wa.phone.switch(true)
  await until('the file', () => pictures(linked).some(({ late }) => late))
  linked.wa.phone.switch(false)
  assert.equal(await isLess(other), false)
})

test('An answer that does not fit the file, or nobody asked for, changes nothing', async () => {
  await using linked = await Linked.started({ timing: { reupload: 200 } })
  const { event, media } = await withExpiredPicture(linked)
  linked.wa.phone.switch(false)
  const opened = linked.connection.openMedia(media, new AbortController().signal)
  const content = [
    {
      tag: 'encrypt',
      attrs: {},
      content: [
        { tag: 'enc_p', attrs: {}, content: randomBytes(40) },
        { tag: 'enc_iv', attrs: {}, content: randomBytes(12) },
      ],
    },
    { tag: 'rmr', attrs: { jid: '120363000000000001@g.us', from_me: 'false' } },
  ]
  const attrs = { from: linked.wa.account.pn, type: 'mediaretry', t: '1790000000' }
  for (const id of [event.id, 'unknown'])
    linked.wa.inject({ tag: 'notification', attrs: { ...attrs, id }, content })
  await assert.rejects(opened, isDeleted)
  assert.equal(pictures(linked).length, 1)
  assert.equal(linked.connection.status.state, 'connected')
})

test('While WhatsApp cannot be reached at all, that a file cannot be had says nothing about the file', async () => {
  const never = 10 * 60_000
  const timing = { firstPause: never, longestPause: never, longestUnreachable: never }
  await using linked = await Linked.started({ timing })
  const { wa, connection } = linked
  const { directPath, mediaKey, ...facts } = await wa.media.put(randomBytes(5_000_000), 'document')
  const source = renderSource({ directPath, mediaKey, ...facts }, 'Document')
  const open = () => connection.openMedia({ source: source ?? assert.fail() }, new AbortController().signal)
  wa.media.fault({ directPath }, { kind: 'stall', after: 1_000_000 })
  const begun = await open()
  const verdicts: string[] = []
  const note = (error: unknown) => verdicts.push(error instanceof DeliveryError ? error.verdict.kind : '?')
  const broken = buffer(begun).catch(note)
  wa.dropConnection()
  await until('the end of the connection', () => connection.status.state === 'connecting')
  await wa.media[Symbol.asyncDispose]()
  await broken
  await open().catch(note)
  assert.deepEqual(verdicts, ['offline', 'offline'])
})
