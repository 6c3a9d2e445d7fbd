import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failedToSend, refusedByAck } from '../../../src/whatsapp/baileys/errors.ts'
import { rawOf, readRaw } from '../../../src/whatsapp/baileys/parse/context.ts'

test('What is kept of a message for quotes and retries has no big preview and no older quote', () => {
  const image = {
    caption: 'cat',
    jpegThumbnail: Buffer.alloc(9000),
    contextInfo: { stanzaId: 'A', quotedMessage: { conversation: 'old' } },
  }
  const { imageMessage } = readRaw(rawOf({ imageMessage: image }))
  assert.equal(imageMessage?.caption, 'cat')
  assert.ok((imageMessage?.jpegThumbnail?.length ?? 0) === 0)
  assert.equal(imageMessage?.contextInfo?.quotedMessage ?? undefined, undefined)
  const secret = { messageContextInfo: { messageSecret: Buffer.alloc(32, 1) } }
  const again = readRaw(rawOf({ conversation: 'x', ...secret }))
  assert.equal(again.conversation, 'x')
  assert.deepEqual(Buffer.from(again.messageContextInfo?.messageSecret ?? []), Buffer.alloc(32, 1))
})

test('What the server says about a message becomes a verdict', () => {
  const kinds = {
    463: 'reject',
    479: 'retry',
    404: 'reject',
    429: 'wait',
    503: 'retry',
    421: 'retry',
    420: 'reject',
  }
  const chat = { jid: '120363000000000001@g.us', hasMet: true }
  for (const [code, kind] of Object.entries(kinds))
    assert.equal(refusedByAck(code, chat).verdict.kind, kind, code)
  assert.equal(refusedByAck('404', chat).chatUnreachable, true)
  for (const code of ['401', '403', '420']) {
    const { message } = refusedByAck(code, { ...chat, isMuted: true })
    assert.equal(message, 'Only administrators can write in this WhatsApp group', code)
  }
  assert.equal(refusedByAck('503', { ...chat, isMuted: true }).verdict.kind, 'retry')
})

test('A failure whose outcome is not certain is unsure: the same id is the same message', () => {
  const boom = (statusCode: number, data?: number) =>
    Object.assign(new Error('x'), { output: { statusCode }, data })
  assert.equal(failedToSend(boom(428)).verdict.kind, 'unsure')
  assert.equal(failedToSend(new TypeError('x')).verdict.kind, 'unsure')
  assert.equal(failedToSend(new Error('All encryptions failed')).verdict.kind, 'retry')
  assert.equal(failedToSend(boom(500, 403)).chatUnreachable, true)
  assert.equal(failedToSend(boom(500, 406)).verdict.kind, 'unsure')
})
