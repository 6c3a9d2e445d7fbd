import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import protobuf from 'protobufjs'
import { eventSchema } from '../../../src/bridge/event.ts'
import { FIELDS } from '../../../src/whatsapp/baileys/parse/fields.ts'
import { SILENT_PROTOCOL } from '../../../src/whatsapp/baileys/parse/protocol.ts'
import { SILENT_STUBS } from '../../../src/whatsapp/baileys/parse/silent-stubs.ts'
import { STUBS } from '../../../src/whatsapp/baileys/parse/stubs.ts'
import { WRAPPERS } from '../../../src/whatsapp/baileys/parse/unwrap.ts'
import { parseMessage } from '../../../src/whatsapp/baileys/parse.ts'
import { context, web } from './parsing.ts'

/** The description of the protocol that Baileys' own reader is made from: an upgrade brings a new one. */
const descriptor = protobuf.loadSync(
  join(
    dirname(createRequire(import.meta.url).resolve('@whiskeysockets/baileys/package.json')),
    'WAProto/WAProto.proto',
  ),
)
const fields = Object.values(descriptor.lookupType('Message').fields)
const valuesOf = (name: string) => Object.entries(descriptor.lookupEnum(name).values)

describe('the tables', () => {
  test('every field of a message that this Baileys knows has a decision, and no other', () => {
    assert.deepEqual(Object.keys(FIELDS).sort(), fields.map(({ name }) => name).sort())
    assert.ok(fields.length >= 95)
  })

  test('what is to be unwrapped is unwrapped, and nothing else', () => {
    const unwrapped = Object.entries(FIELDS).flatMap(([field, decision]) =>
      decision.do === 'unwrap' ? [field] : [],
    )
    assert.deepEqual(unwrapped.sort(), [...WRAPPERS].sort())
  })

  test('every field that only holds another message is unwrapped', () => {
    const holders = fields.filter(({ type }) => type === 'FutureProofMessage').map(({ name }) => name)
    assert.deepEqual(
      holders.filter(name => !(WRAPPERS as readonly string[]).includes(name)),
      [],
    )
  })

  test('every field makes an event, or is ignored for a reason', () => {
    for (const { name } of fields) {
      const value = name === 'conversation' ? 'text' : {}
      const { arrivals, ignored } = parseMessage(web({ [name]: value }), context)
      assert.ok(arrivals.length === 1 || (ignored ?? '').length > 3, name)
      for (const { event } of arrivals) eventSchema.parse(event)
    }
  })

  test('every type of protocol message makes an event, or is ignored for a reason', () => {
    const types = valuesOf('Message.ProtocolMessage.Type')
    assert.ok(types.length >= 26)
    for (const [name, type] of types) {
      const protocolMessage = { type, key: { id: 'T1' }, editedMessage: { conversation: 'x' } }
      const { arrivals, ignored } = parseMessage(web({ protocolMessage }), context)
      assert.ok(arrivals.length === 1 || ignored === SILENT_PROTOCOL[type], name)
    }
  })

  test('every kind of notice has either a sentence or a reason to say nothing', () => {
    const stubs = valuesOf('WebMessageInfo.StubType')
    assert.ok(stubs.length >= 222)
    const undecided = stubs.filter(([, type]) => type in STUBS === type in SILENT_STUBS)
    assert.deepEqual(undecided, [])
  })
})
