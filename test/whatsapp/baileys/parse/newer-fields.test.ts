import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import fc from 'fast-check'
import protobuf from 'protobufjs/minimal.js'
import { decodeMessage } from '../../../../src/whatsapp/baileys/parse/decode-message.ts'
import { addedOptionIn, newerPollIn } from '../../../../src/whatsapp/baileys/parse/newer-fields.ts'
import { readPoll } from '../../../../src/whatsapp/baileys/parse/poll.ts'
import { unwrap } from '../../../../src/whatsapp/baileys/parse/unwrap.ts'

const field = (number: number, bytes: Uint8Array): Uint8Array =>
  protobuf.Writer.create()
    .uint32(number * 8 + 2)
    .bytes(bytes)
    .finish()

const END = 1_795_863_600_000
const pollEndIn = (bytes: Uint8Array): number | undefined => newerPollIn(bytes)?.endTime
/** The bytes of a poll that ends. */
const poll = Buffer.concat([
  proto.Message.PollCreationMessage.encode({ name: 'Lunch?', options: [{ optionName: 'Pizza' }] }).finish(),
  protobuf.Writer.create()
    .uint32(9 * 8)
    .int64(END)
    .finish(),
])

test('the end of a poll is read where Baileys drops it, in every version of a poll and in what wraps one', () => {
  for (const version of [49, 60, 64, 111, 119]) assert.equal(pollEndIn(field(version, poll)), END)
  const message = field(64, poll)
  assert.equal(pollEndIn(field(40, field(1, message))), END)
  const text = proto.Message.encode({ conversation: 'x' }).finish()
  assert.equal(pollEndIn(field(31, Buffer.concat([field(1, Buffer.from('me')), field(2, message)]))), END)
  assert.equal(pollEndIn(Buffer.concat([text, message])), END)
  for (const other of [text, field(5, poll), field(40, field(2, message)), new Uint8Array()])
    assert.equal(pollEndIn(other), undefined)
})

test('a poll of a version that Baileys does not know is read like the others, wherever it is wrapped', () => {
  const open = Buffer.concat([poll, Buffer.of(10 * 8, 1, 11 * 8, 1)])
  for (const bytes of [field(119, open), field(40, field(1, field(119, open)))]) {
    const content = readPoll(unwrap(decodeMessage(bytes)).message.pollCreationMessageV3 ?? {})
    assert.deepEqual(content, {
      kind: 'poll',
      question: 'Lunch?',
      options: ['Pizza'],
      choices: 0,
      endsAt: END,
      anonymous: true,
      open: true,
    })
  }
  const garbled = decodeMessage(field(119, Buffer.of(0x7f)))
  assert.equal(garbled.pollCreationMessageV3 ?? undefined, undefined)
})

test('an added option is read with the id of its poll', () => {
  const key = proto.MessageKey.encode({ remoteJid: 'x@g.us', fromMe: false, id: 'P1' }).finish()
  const option = proto.Message.PollCreationMessage.Option.encode({ optionName: 'Crêpes' }).finish()
  const added = field(121, Buffer.concat([field(1, key), field(2, option)]))
  assert.deepEqual(addedOptionIn(added), { poll: 'P1', name: 'Crêpes' })
  assert.deepEqual(addedOptionIn(field(40, field(1, added))), { poll: 'P1', name: 'Crêpes' })
  assert.deepEqual(addedOptionIn(field(121, field(1, key))), { poll: 'P1', name: '' })
  assert.equal(addedOptionIn(field(64, poll)), undefined)
})

test('whatever bytes come, nothing is thrown, and a nest of wrappers has an end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      newerPollIn(bytes)
      addedOptionIn(bytes)
      addedOptionIn(field(121, bytes))
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(40, 64), (bytes, at) => {
      const end = pollEndIn(field(at, bytes))
      return end === undefined || end > 0
    }),
  )
  let nest: Uint8Array = field(64, poll)
  for (let depth = 0; depth < 1000; depth += 1) nest = field(40, field(1, nest))
  assert.equal(pollEndIn(nest), undefined)
})

test('it may be told in seconds or milliseconds; a time that is none is left out', () => {
  const endOf = (endTime: number) => {
    const content = readPoll({ name: 'Lunch?', options: [{ optionName: 'Pizza' }], endTime })
    return content.kind === 'poll' ? content.endsAt : 'no poll'
  }
  assert.equal(endOf(END), END)
  assert.equal(endOf(END / 1000), END)
  for (const none of [0, -1, 9e15, Number.NaN]) assert.equal(endOf(none), undefined)
})
