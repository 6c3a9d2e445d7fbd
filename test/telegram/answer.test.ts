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
  method: 'sendMessage' | 'getChat' | 'getMe' = 'sendMessage',
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
  const call = method === 'getMe' ? api.getMe() : api.call(method, payload)
  const end = await call.catch((error: unknown) => error)
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
  for (const message_id of [-1, 0.5, 1e308, 2 ** 53 + 2, 2 ** 53 - 1, 2 ** 31]) {
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

test('an answer about a bot that does not say which one it is is none', async () => {
  for (const result of [null, {}, { id: '8001' }, { id: 0.5 }]) {
    const end = await answered(Buffer.from(JSON.stringify({ ok: true, result })), 'getMe')
    assert.ok(end instanceof CallError, JSON.stringify(result))
  }
})

test('how long to wait is taken from the words where the number is none, and is a day at most', async () => {
  for (const [after, words, seconds] of [
    [35, 'Too Many Requests: retry after 35', 35],
    [0, 'Too Many Requests', 1],
    [86_401, 'Too Many Requests: retry after 86401', 86_400],
    ['35', 'Too Many Requests: retry after 35', 35],
    [-5, 'Too Many Requests: retry after 400000', 86_400],
    [null, 'Too Many Requests', 30],
    [undefined, 'Too Many Requests', 30],
    [1e308, 'Too Many Requests', 86_400],
  ] as const) {
    const refusal = { ok: false, error_code: 429, description: words, parameters: { retry_after: after } }
    const end = await answered(Buffer.from(JSON.stringify(refusal)))
    assert.ok(end instanceof CallError)
    assert.equal(end.retryAfter, seconds, `${after} ${words}`)
  }
})

test('a failure of the server itself asks for no wait, whatever its words: it may have been done all the same', async () => {
  const failure = { ok: false, error_code: 500, description: 'Too Many Requests: retry after 3' }
  const end = await answered(Buffer.from(JSON.stringify(failure)))
  assert.ok(end instanceof CallError)
  assert.equal(end.retryAfter, undefined)
})

test('a number without end is as large as one can be', async () => {
  const words = '{"ok":true,"result":{"message_id":5,"chat":{"id":1},"date":1e999,"views":-1e999}}'
  const { date, views } = (await answered(Buffer.from(words))) as Record<string, number>
  assert.deepEqual([date, views], [Number.MAX_VALUE, -Number.MAX_VALUE])
})

test('an answer of which nobody says how long it is, and that ends too early, is none', async () => {
  const whole = sent(0)
  let length = 0
  await using server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { connection: 'close', 'transfer-encoding': 'identity' })
    response.end(whole.subarray(0, length))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const api = openApi({ token: '8001:AAF-of-the-test-bot', apiRoot: `http://127.0.0.1:${port}` })
  for (; length < whole.length; length += 1) {
    const end = await api.call('sendMessage', { chat_id: 1, text: 'hello' }).catch((error: unknown) => error)
    assert.ok(end instanceof CallError, `${length} bytes`)
    assert.deepEqual(end.failure, { kind: 'lost' })
  }
  assert.equal((await api.call('sendMessage', { chat_id: 1, text: 'hello' })).message_id, 5)
})
