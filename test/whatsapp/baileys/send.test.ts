import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import type { Content } from '../../../src/bridge/event.ts'
import type { Delivery } from '../../../src/bridge/network.ts'
import { DeliveryError } from '../../../src/bridge/verdict.ts'
import { afterClose, failedToSend, refusedByAck } from '../../../src/whatsapp/baileys/errors.ts'
import { rawOf } from '../../../src/whatsapp/baileys/parse/context.ts'
import { decodeRaw, renderMessage } from '../../../src/whatsapp/baileys/send.ts'

const ME = { pn: '15550000001:7@s.whatsapp.net', lid: '900000000000001:7@lid' }

const deliveryOf = (content: Content, more: Partial<Delivery> = {}): Delivery => ({
  event: {
    version: 1,
    kind: 'message',
    chat: 'telegram:-100',
    id: '5',
    sender: { person: 'telegram:1', me: true },
    sentAt: 0,
    content,
  },
  chat: 'whatsapp:900000000000002@lid',
  messageId: '3EB0AA',
  sent: [],
  onSent: () => undefined,
  isKnown: () => false,
  openMedia: () => Promise.reject(new Error('no media')),
  signal: new AbortController().signal,
  ...more,
})

const text = (body: string): Content => ({ kind: 'text', body: { text: body, spans: [] } })
const textOf = (delivery: Delivery) => renderMessage(delivery, ME).extendedTextMessage?.text

test('Text is sent with its formatting, a sender line above it, and a secret of its own', () => {
  const bold: Content = {
    kind: 'text',
    body: { text: 'hi all', spans: [{ start: 0, length: 2, style: 'bold' }] },
  }
  assert.equal(textOf(deliveryOf(bold)), '*hi* all')
  assert.equal(textOf(deliveryOf(bold, { senderLine: 'Ann' })), '*Ann*\n*hi* all')
  const { messageContextInfo } = renderMessage(deliveryOf(bold), ME)
  assert.equal(messageContextInfo?.messageSecret?.length, 32)
})

test('A reply quotes the message with its author, addressed as the chat is', () => {
  const raw = rawOf({ conversation: 'what?' })
  const info = (more: Partial<Delivery>) =>
    renderMessage(deliveryOf(text('so'), more), ME).extendedTextMessage?.contextInfo
  const theirs = info({ replyTo: { id: 'Q1', fromMe: false, byBridge: false, raw } })
  assert.equal(theirs?.stanzaId, 'Q1')
  assert.equal(theirs?.participant, '900000000000002@lid')
  assert.equal(theirs?.quotedMessage?.conversation, 'what?')
  const mine = info({ replyTo: { id: 'Q1', fromMe: true, byBridge: false, raw } })
  assert.equal(mine?.participant, '900000000000001@lid')
  const byPhone = info({
    chat: 'whatsapp:15550000002@s.whatsapp.net',
    replyTo: { id: 'Q1', fromMe: true, byBridge: false, raw },
  })
  assert.equal(byPhone?.participant, '15550000001@s.whatsapp.net')
  const member = {
    id: 'Q1',
    fromMe: false,
    byBridge: false,
    person: 'whatsapp:900000000000003@lid' as const,
    raw,
  }
  assert.equal(info({ chat: 'whatsapp:1@g.us', replyTo: member })?.participant, '900000000000003@lid')
})

test('Kinds that cannot cross yet are rejected with a reason, so that a plainer form is tried', () => {
  const media: Content = {
    kind: 'media',
    as: 'image',
    media: { source: 'x' },
    caption: { text: '', spans: [] },
  }
  for (const content of [media, { kind: 'location', latitude: 1, longitude: 2 } as const, text('')]) {
    assert.throws(
      () => renderMessage(deliveryOf(content), ME),
      (error: unknown) => error instanceof DeliveryError && error.verdict.kind === 'reject',
    )
  }
  assert.equal(textOf(deliveryOf({ kind: 'notice', text: 'hello' })), 'hello')
})

test('What is kept of a message for quotes and retries has no big preview and no older quote', () => {
  const image = {
    caption: 'cat',
    jpegThumbnail: Buffer.alloc(9000),
    contextInfo: { stanzaId: 'A', quotedMessage: { conversation: 'old' } },
  }
  const { imageMessage } = decodeRaw(rawOf({ imageMessage: image }))
  assert.equal(imageMessage?.caption, 'cat')
  assert.ok((imageMessage?.jpegThumbnail?.length ?? 0) === 0)
  assert.equal(imageMessage?.contextInfo?.quotedMessage ?? undefined, undefined)
  assert.equal(proto.Message.decode(Buffer.from(rawOf({ conversation: 'x' }), 'base64')).conversation, 'x')
})

test('What the server says about a message becomes a verdict', () => {
  const kinds = { 463: 'reject', 479: 'retry', 404: 'reject', 429: 'wait', 503: 'retry', 421: 'reject' }
  for (const [code, kind] of Object.entries(kinds)) assert.equal(refusedByAck(code).verdict.kind, kind, code)
  assert.equal(refusedByAck('404').chatUnreachable, true)
})

test('A failure whose outcome is not certain is unsure: the same id is the same message', () => {
  const boom = (statusCode: number, data?: number) =>
    Object.assign(new Error('x'), { output: { statusCode }, data })
  assert.equal(failedToSend(boom(428)).verdict.kind, 'unsure')
  assert.equal(failedToSend(new TypeError('x')).verdict.kind, 'unsure')
  assert.equal(failedToSend(new Error('All encryptions failed')).verdict.kind, 'retry')
  assert.equal(failedToSend(boom(500, 403)).chatUnreachable, true)
})

test('Each way in which a socket closes has its consequence', () => {
  const after = (statusCode?: number) =>
    afterClose(Object.assign(new Error('x'), statusCode === undefined ? {} : { output: { statusCode } }))
  assert.equal(after(515).do === 'reconnect' && (after(515) as { now: boolean }).now, true)
  for (const code of [408, 428, 500, 503, 405, undefined]) assert.equal(after(code).do, 'reconnect')
  for (const code of [402, 403, 406, 440]) assert.equal((after(code) as { state: string }).state, 'stopped')
  for (const code of [401, 411]) assert.equal((after(code) as { state: string }).state, 'logged_out')
})
