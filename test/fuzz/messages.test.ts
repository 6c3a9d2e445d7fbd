import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proto, type WAMessage } from '@whiskeysockets/baileys'
import fc from 'fast-check'
import { formsOf } from '../../src/bridge/degrade.ts'
import { type BridgeEvent, eventSchema } from '../../src/bridge/event.ts'
import { renderParts } from '../../src/telegram/send/render.ts'
import { parseMessage } from '../../src/whatsapp/baileys/parse.ts'
import { anyEncodedMessage } from './any-proto.ts'
import { anyText } from './any-text.ts'
import { runs } from './runs.ts'

const known = Buffer.from(
  proto.Message.encode({
    conversation: 'hello',
    messageContextInfo: { messageSecret: Buffer.alloc(32, 1) },
  }).finish(),
).toString('base64')

const context = {
  me: { pn: '15550000001:3@s.whatsapp.net', lid: '900000000000001:3@lid' },
  lidOf: () => undefined,
  phoneOf: () => undefined,
  nameOf: (address: string) => (address.startsWith('9') ? 'Alice' : undefined),
  isAdmin: () => true,
  isAwaited: () => false,
  /** A message that changes can be about, with a secret to open what is sealed. */
  findMessage: () => ({ me: false, byBridge: false, raw: known }),
}

const anyKey = fc.record(
  {
    remoteJid: fc.constantFrom(
      '900000000000002@lid',
      '120363000000000001@g.us',
      'status@broadcast',
      '1@newsletter',
    ),
    participant: fc.oneof(fc.constantFrom('900000000000003@lid', '15550000003@s.whatsapp.net'), anyText),
    id: fc.oneof(fc.constant('M1'), anyText),
    fromMe: fc.boolean(),
  },
  { requiredKeys: ['remoteJid', 'id'] },
)

/** A phone could not send it: the transport decodes first, and what it cannot decode has no content. */
const decode = (bytes: Uint8Array): proto.IMessage | undefined => {
  try {
    return proto.Message.decode(bytes)
  } catch {
    return undefined
  }
}

/** Every call that one event becomes in Telegram, in each of its forms. */
const renderAll = (event: BridgeEvent): void => {
  if (event.kind !== 'message') return
  for (const content of formsOf(event.content, 'telegram')) {
    const parts = renderParts(
      { event: { ...event, content }, senderLine: 'Alice' },
      { uploadLimit: 50_000_000 },
    )
    for (const { payload } of parts) {
      const text = payload['text'] ?? payload['caption'] ?? ''
      assert.ok(typeof text === 'string' && [...text].length <= (payload['text'] === undefined ? 1024 : 4096))
      JSON.stringify(payload)
    }
  }
}

test('whatever a stranger’s phone sends becomes an event that can be stored and rendered, or is ignored with a reason', () => {
  let events = 0
  let slowest = 0
  fc.assert(
    fc.property(anyEncodedMessage, anyKey, anyText, (bytes, key, pushName) => {
      const message = decode(bytes)
      if (message === undefined) return
      const web: WAMessage = { key, message, messageTimestamp: 1_790_000_000, pushName }
      const began = process.cpuUsage()
      const { arrivals, ignored } = parseMessage(web, context)
      assert.ok(arrivals.length > 0 || ignored !== undefined, 'neither an event nor a reason')
      for (const { event } of arrivals) {
        const stored = eventSchema.parse(JSON.parse(JSON.stringify(event)))
        renderAll(stored)
        events += 1
      }
      slowest = Math.max(slowest, process.cpuUsage(began).user / 1000)
    }),
    runs(2800),
  )
  assert.ok(events > 1000, `only ${events} inputs became events`)
  // Not a benchmark: what takes seconds on any machine would stop the bridge for everybody.
  assert.ok(slowest < 3000, `one message took ${slowest} ms`)
})
