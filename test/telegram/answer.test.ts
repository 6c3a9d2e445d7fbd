import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openApi } from '../../src/telegram/api.ts'
import { CallError } from '../../src/telegram/call-error.ts'

const megabyte = 1024 * 1024

/** What becomes of a call that is answered so, and how many bytes of the answer were asked for. */
const answered = async (
  words: Buffer,
  method: 'sendMessage' | 'getChat' = 'sendMessage',
): Promise<unknown> => {
  const packed = gzipSync(words)
  await using server = createServer((request, response) => {
    request.resume()
    response.setHeader('content-encoding', 'gzip').end(packed)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const api = openApi({ token: '8001:AAF-of-the-test-bot', apiRoot: `http://127.0.0.1:${port}` })
  const payload = { chat_id: 1, text: 'hello' }
  const end = await api.call(method, payload).catch(error => error)
  server.closeAllConnections()
  return end
}

const sent = (filler: number): Buffer =>
  Buffer.from(
    JSON.stringify({ ok: true, result: { message_id: 5, chat: { id: 1 }, text: ' '.repeat(filler) } }),
  )

test('an answer that is longer than any can be is not read to its end, and nobody knows what became of the call', async () => {
  const end = await answered(sent(17 * megabyte))
  assert.ok(end instanceof CallError)
  assert.deepEqual(end.failure, { kind: 'lost' })
})

test('a long answer is read', async () => {
  const end = await answered(sent(15 * megabyte))
  assert.equal((end as { message_id: number }).message_id, 5)
})

test('an answer with an id that is none leaves open what became of the call', async () => {
  for (const message_id of [-1, 0.5, 1e308, 2 ** 53 + 2]) {
    const result = { message_id, chat: { id: 1 } }
    const end = await answered(Buffer.from(JSON.stringify({ ok: true, result })))
    assert.ok(end instanceof CallError, String(message_id))
    assert.deepEqual(end.failure, { kind: 'lost' })
  }
})

test('an answer about a chat that says nothing of it is none', async () => {
  const end = await answered(Buffer.from('{"ok":true,"result":null}'), 'getChat')
  assert.ok(end instanceof CallError)
  assert.deepEqual(end.failure, { kind: 'lost' })
})
