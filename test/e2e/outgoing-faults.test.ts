import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../simulators/eventually.ts'
import { files } from '../simulators/samples.ts'
import type { SimChat } from '../simulators/telegram/index.ts'
import type { Contact } from '../simulators/whatsapp/index.ts'
import { World } from '../simulators/world.ts'

describe('from Telegram to WhatsApp, when something breaks', () => {
  let world: World
  let alice: Contact
  let chat: SimChat
  let bridge: Awaited<ReturnType<World['run']>>

  before(async () => {
    world = await World.open()
    alice = world.wa.addContact({ name: 'Alice' })
    chat = world.tg.addSupergroup({ title: 'Alice', members: [world.owner], botRights: {} })
    assert.equal((await world.link()).code, 0)
    assert.equal((await world.wa2tg('map', 'add', 'Alice', String(chat.id))).code, 0)
    bridge = await world.run()
  })

  after(async () => {
    world.wa.assertNoSurprises()
    world.tg.assertNoSurprises()
    await world[Symbol.asyncDispose]()
  })

  /** Large enough to be read twice. */
  const bytes = randomBytes(3_000_000)
  const sends = (name: string, content: Uint8Array = bytes): number =>
    world.owner.sends(chat, { document: { bytes: content, name } }).message_id

  /** Waits until a document has come, and a word behind it: what came is all that comes. */
  const arrived = async (name: string, content: Uint8Array = bytes): Promise<void> => {
    world.owner.sends(chat, `behind ${name}`)
    await eventually(() => alice.inbox.some(({ shown }) => shown?.text === `behind ${name}`), name, 120_000)
    const documents = alice.inbox.filter(({ shown }) => shown?.file?.name === name)
    assert.equal(documents.length, 1)
    assert.deepEqual(documents[0]?.shown?.file?.bytes, Buffer.from(content))
    assert.equal(alice.inbox.at(-2)?.id, documents[0]?.id)
  }

  for (const fault of [
    { kind: 'cut', after: 1_000_000 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 401 },
    { kind: 'lost-reply' },
  ] as const) {
    const name = `upload ${JSON.stringify(fault).replaceAll(/\W+/g, ' ')}.bin`
    test(`an upload that meets ${JSON.stringify(fault)} arrives all the same, once and before what follows`, async () => {
      world.wa.media.faultUploads(fault, 1)
      sends(name)
      await arrived(name)
    })
  }

  for (const fault of ['reset-before', 'reset-during-body', 'other-bytes'] as const) {
    test(`a download from Telegram that meets "${fault}" arrives all the same`, async () => {
      world.tg.faults.next('download', fault)
      sends(`${fault}.bin`)
      await arrived(`${fault}.bin`)
    })
  }

  test('a photo that the media host does not take goes as a file', async () => {
    const before = alice.inbox.length
    world.wa.media.faultUploads({ kind: 'status', status: 415 }, 1)
    world.owner.sends(chat, { photo: { bytes: files.photo() } })
    const { shown } = await eventually(() => alice.inbox.at(before), 'the file')
    assert.deepEqual([shown?.kind, shown?.file?.bytes], ['document', files.photo()])
  })

  test('what the media host takes in no form is answered with the reason, and the next message arrives', async () => {
    const before = alice.inbox.length
    world.wa.media.faultUploads({ kind: 'status', status: 415 }, 2)
    const { message_id: id } = world.owner.sends(chat, { photo: { bytes: files.photo() } })
    world.owner.sends(chat, 'the next one')
    const answer = await eventually(
      () => chat.transcript().find(({ replyTo }) => replyTo === id),
      'the answer',
    )
    assert.match(answer.text, /^Not delivered to Alice: WhatsApp's media host refused the file/)
    const { shown } = await eventually(() => alice.inbox.at(before), 'the next message')
    assert.equal(shown?.text, 'the next one')
  })

  test('a file that Telegram says is temporarily unavailable arrives all the same', async () => {
    const description = 'Bad Request: wrong file_id or the file is temporarily unavailable'
    world.tg.faults.next('getFile', { error: 400, description }, { times: 2 })
    sends('unavailable.bin')
    await arrived('unavailable.bin')
  })

  test('a file that Telegram does not give away is answered with the reason', async () => {
    world.tg.faults.next('getFile', { error: 400, description: 'Bad Request: file is too big' })
    const id = sends('large.bin')
    const answer = await eventually(
      () => chat.transcript().find(({ replyTo }) => replyTo === id),
      'the answer',
    )
    assert.match(answer.text, /^Not delivered to Alice: The file is over the 20 MB/)
  })

  test('a message that WhatsApp took without saying so is there once', async () => {
    const uploads = world.wa.media.uploads.length
    world.wa.cutNextSend('before-ack')
    sends('ack lost.bin')
    await arrived('ack lost.bin')
    const entry = alice.inbox.find(({ shown }) => shown?.file?.name === 'ack lost.bin')
    assert.equal(entry?.copies, 2)
    assert.equal(world.wa.media.uploads.length, uploads + 1)
  })

  test('a message that never left is sent after the next login', async () => {
    world.wa.cutNextSend('before-delivery')
    sends('cut.bin')
    await arrived('cut.bin')
  })

  test('killed in the middle of an upload, it arrives once', async () => {
    const { media } = world.wa
    const requests = media.requests.length
    media.faultUploads({ kind: 'stall', after: 1_000_000 }, 1)
    sends('killed.bin')
    await eventually(() => (media.requests[requests]?.bytesReceived ?? 0) >= 1_000_000, 'the upload')
    bridge.kill('SIGKILL')
    await bridge.ended
    bridge = await world.run()
    await arrived('killed.bin')
  })

  test('killed when WhatsApp has the message and has not said so, it is there once', async () => {
    world.wa.holdAcks(true)
    sends('unconfirmed.bin')
    await eventually(
      () => alice.inbox.some(({ shown }) => shown?.file?.name === 'unconfirmed.bin'),
      'the file',
    )
    bridge.kill('SIGKILL')
    await bridge.ended
    world.wa.holdAcks(false)
    const entry = alice.inbox.find(({ shown }) => shown?.file?.name === 'unconfirmed.bin')
    bridge = await world.run()
    await eventually(() => entry?.copies === 2, 'the copy')
    await sleep(200)
    const same = alice.inbox.filter(({ shown }) => shown?.file?.name === 'unconfirmed.bin')
    assert.deepEqual([same.length, same[0]?.copies], [1, 2])
    assert.deepEqual(same[0]?.shown?.file?.bytes, bytes)
  })
})
