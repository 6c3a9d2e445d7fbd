import assert from 'node:assert/strict'
import { proto, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys'
import { type BridgeEvent, eventSchema, isMessage, type MessageEvent } from '../../../src/bridge/event.ts'
import { type ParseContext, parseMessage } from '../../../src/whatsapp/baileys/parse.ts'

export const ALICE = '900000000000002@lid'
export const BOB = '900000000000003@lid'
export const GROUP = '120363000000000001@g.us'

export const context: ParseContext = {
  me: { pn: '15550000001:7@s.whatsapp.net', lid: '900000000000001:7@lid', name: 'Olivia' },
  lidOf: address => (address === '15550000003@s.whatsapp.net' ? BOB : undefined),
  phoneOf: address => (address === BOB ? '15550000003@s.whatsapp.net' : undefined),
  nameOf: address => (address === ALICE ? 'Alice' : undefined),
  isAdmin: () => false,
  maySetTimer: () => true,
  isCrowd: () => false,
  findMessage: () => undefined,
  isAwaited: () => false,
}

/** As it comes over the wire: encoded and decoded once. */
export const web = (
  message: proto.IMessage,
  key: WAMessageKey = {},
  more: Partial<WAMessage> = {},
): WAMessage => ({
  key: { remoteJid: ALICE, remoteJidAlt: '15550000002@s.whatsapp.net', fromMe: false, id: 'M1', ...key },
  messageTimestamp: 1_790_000_000,
  pushName: 'Alice',
  message: proto.Message.decode(proto.Message.encode(message).finish()),
  ...more,
})

/** The one event that a message becomes, as the bridge would read it back. */
export const anyEventOf = (message: WAMessage, with_: ParseContext = context): BridgeEvent => {
  const { arrivals, ignored } = parseMessage(message, with_)
  assert.equal(arrivals.length, 1, ignored ?? 'several events')
  return eventSchema.parse(arrivals[0]?.event)
}

export const eventOf = (...parameters: Parameters<typeof web>): MessageEvent => {
  const event = anyEventOf(web(...parameters))
  assert.ok(isMessage(event))
  return event
}

export const labelOf = (message: proto.IMessage): string => {
  const { content } = eventOf(message)
  assert.ok(content.kind === 'placeholder', content.kind)
  return content.label
}

export const MEDIA = {
  directPath: '/v/t62/1.enc?oh=1',
  mediaKey: Buffer.alloc(32, 1),
  fileLength: 1000,
  mimetype: 'image/jpeg',
}
