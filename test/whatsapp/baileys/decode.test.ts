import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import { decodeHead, decodeOpened } from '../../../src/whatsapp/baileys/decode.ts'
import type { Opened } from '../../../src/whatsapp/baileys/inbound/intake.ts'
import { readRaw } from '../../../src/whatsapp/baileys/parse/context.ts'
import { parseMessage } from '../../../src/whatsapp/baileys/parse.ts'
import { ALICE, context } from './parsing.ts'

/** A stanza of the owner's phone whose parts hold these bytes, padded as they come out of the cipher. */
const openedWith = (...plaintexts: Uint8Array[]): Opened => ({
  envelope: {
    key: 'k',
    order: 1,
    attrs: { id: 'M1', from: '900000000000001@lid', recipient: ALICE, t: '1790000000' },
    parts: plaintexts.map((_, position) => ({ hash: String(position), tag: 'enc', attrs: {} })),
  },
  plaintexts: plaintexts.map(bytes => Buffer.concat([bytes, Buffer.of(1)])),
})

test('The secret that rides outside the wrapper of the phone is kept with its message', () => {
  const messageSecret = randomBytes(32)
  const message = { conversation: 'typed on the phone' }
  const outer = {
    deviceSentMessage: { destinationJid: ALICE, message },
    messageContextInfo: { messageSecret },
  }
  const web = decodeOpened(openedWith(proto.Message.encode(outer).finish()), context.me)
  const [arrival] = parseMessage(web, context).arrivals
  assert.equal(arrival?.event.chat, `whatsapp:${ALICE}`)
  const raw = readRaw(arrival?.raw ?? '')
  assert.deepEqual(
    [raw.conversation, raw.messageContextInfo?.messageSecret],
    [message.conversation, messageSecret],
  )
})

test('Both parts of a stanza are one message; one that is no message is refused', () => {
  const key = proto.Message.encode({ senderKeyDistributionMessage: { groupId: 'g' } }).finish()
  const text = proto.Message.encode({ conversation: 'hi' }).finish()
  const { message } = decodeOpened(openedWith(key, text), context.me)
  assert.equal(message?.conversation, 'hi')
  assert.throws(() => decodeOpened(openedWith(Buffer.of(0xff, 0xff, 0xff)), context.me))
})

test('A message of Meta AI has its sender for a chat, though Baileys knows no such sender', () => {
  const { key } = decodeHead({ id: 'B1', from: '867051314767696@bot', t: '1' }, context.me)
  assert.equal(key.remoteJid, '867051314767696@bot')
})
