import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content } from '../../../../src/bridge/event.ts'
import type { Delivery } from '../../../../src/bridge/network.ts'
import { DeliveryError } from '../../../../src/bridge/verdict.ts'
import { rawOf } from '../../../../src/whatsapp/baileys/parse/context.ts'
import { renderMessage } from '../../../../src/whatsapp/baileys/send/render.ts'
import { deliveryOf, file, ME, text } from './delivery.ts'

const render = (content: Content, more: Partial<Delivery> = {}) =>
  renderMessage(deliveryOf(content, more), { me: ME })
const textOf = (content: Content, more: Partial<Delivery> = {}) =>
  render(content, more)[0]?.message.extendedTextMessage?.text

test('Text is sent with its formatting, under the line that names its sender', () => {
  const bold: Content = {
    kind: 'text',
    body: { text: 'hi all', spans: [{ start: 0, length: 2, style: 'bold' }] },
  }
  assert.equal(textOf(bold), '*hi* all')
  assert.equal(textOf(bold, { senderLine: 'Ann' }), '*Ann*\n*hi* all')
  assert.equal(textOf({ kind: 'notice', text: 'hello' }), 'hello')
})

test('Text without a character is rejected', () => {
  assert.throws(
    () => render(text('')),
    (error: unknown) => error instanceof DeliveryError && error.verdict.kind === 'reject',
  )
})

test('A reply quotes the message with its author, addressed as the chat is', () => {
  const raw = rawOf({ conversation: 'what?' })
  const info = (more: Partial<Delivery>) =>
    render(text('so'), more)[0]?.message.extendedTextMessage?.contextInfo
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

test('A quote holds the words that were picked out, and stays what it was', () => {
  const quoted = (raw: string, quote: string) => {
    const delivery = deliveryOf(text('so'), { replyTo: { id: 'Q1', fromMe: false, byBridge: false, raw } })
    const event = { ...delivery.event, replyTo: { id: '4', quote } }
    const [part] = renderMessage({ ...delivery, event }, { me: ME })
    return part?.message.extendedTextMessage?.contextInfo?.quotedMessage
  }
  const secret = { messageContextInfo: { messageSecret: Buffer.alloc(32) } }
  assert.deepEqual(quoted(rawOf({ extendedTextMessage: { text: 'long, short' }, ...secret }), 'short'), {
    conversation: 'short',
  })
  const picture = quoted(rawOf({ imageMessage: { caption: 'long, short', width: 4 } }), 'short')
  assert.deepEqual([picture?.imageMessage?.caption, picture?.imageMessage?.width], ['short', 4])
})

test('A file is a reply, too; of several messages the first alone', () => {
  const raw = rawOf({ conversation: 'what?' })
  const parts = render(file('voice', {}, 'listen'), {
    replyTo: { id: 'Q1', fromMe: false, byBridge: false, raw },
  })
  assert.equal(parts[0]?.message.audioMessage?.contextInfo?.stanzaId, 'Q1')
  assert.deepEqual(parts[1]?.message, { extendedTextMessage: { text: 'listen' } })
})

test('What was passed on says so', () => {
  const { event } = deliveryOf(file('image', {}, 'look'))
  const [part] = render(file('image'), { event: { ...event, forwarded: true } })
  assert.deepEqual(part?.message.imageMessage?.contextInfo, { isForwarded: true, forwardingScore: 1 })
})

test('A mention in a caption is one', () => {
  const caption = {
    text: 'by Bob',
    spans: [{ start: 3, length: 3, style: 'mention' as const, person: 'whatsapp:900000000000003@lid' }],
  }
  const [part] = render({ ...file('image'), caption })
  assert.equal(part?.message.imageMessage?.caption, 'by @900000000000003')
  assert.deepEqual(part?.message.imageMessage?.contextInfo?.mentionedJid, ['900000000000003@lid'])
})

const links: readonly (readonly [words: string, url: string, found: string | undefined])[] = [
  ['see https://a.example/x?y=1 there', 'https://a.example/x?y=1', 'https://a.example/x?y=1'],
  ['see a.example', 'a.example', 'a.example'],
  ['see a.example', 'https://a.example/', 'a.example'],
  ['see HTTPS://a.example', 'https://a.example', 'a.example'],
  ['see nothing', 'https://a.example', undefined],
  ['see nothing', 'https://', undefined],
]

for (const [words, url, found] of links) {
  test(`The link to preview is looked for in the words: ${url} in "${words}"`, () => {
    const content: Content = { kind: 'text', body: { text: words, spans: [] }, previewUrl: url }
    assert.equal(render(content)[0]?.previewOf, found)
  })
}

test('A link behind words is written out, and previewed', () => {
  const spans = [{ start: 0, length: 4, style: 'link' as const, url: 'https://a.example/x' }]
  const [part] = render({
    kind: 'text',
    body: { text: 'here', spans },
    previewUrl: 'https://a.example/x',
  })
  assert.equal(part?.message.extendedTextMessage?.text, 'here (https://a.example/x)')
  assert.equal(part?.previewOf, 'https://a.example/x')
})
