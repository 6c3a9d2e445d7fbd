import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { openBaileys } from '../../../src/whatsapp/baileys/connection.ts'
import { LoginError, openWhatsApp } from '../../../src/whatsapp/connection.ts'
import { failureOf } from '../../support/failure.ts'
import { RecordingBridge, silentLogger, TempDir } from '../support.ts'
import { deliveryOf, text } from './send/delivery.ts'

const ROOT = '00'.repeat(32)

/** A port where nobody listens, or where somebody never answers. */
const port = async (listen: boolean) => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  if (!listen) server.close()
  return { url: `ws://127.0.0.1:${address.port}/ws/chat`, server }
}

const optionsFor = (bridge: RecordingBridge, url: string) => ({
  sessions: bridge.sessions,
  inbox: bridge,
  findMessage: () => undefined,
  logger: silentLogger(),
  server: { url, rootKey: ROOT, mediaHost: '127.0.0.1:1' },
})

const drain = async (steps: AsyncIterable<unknown>) => {
  for await (const _step of steps);
}

test('A login without a network says so at once', async () => {
  using dir = new TempDir()
  using bridge = new RecordingBridge(dir.path)
  const { url } = await port(false)
  await using connection = await openWhatsApp(optionsFor(bridge, url))
  await assert.rejects(drain(connection.login()), (error: unknown) => {
    assert.ok(error instanceof LoginError)
    assert.equal(error.reason, 'noNetwork')
    return true
  })
  assert.equal(connection.status.state, 'unlinked')
  assert.deepEqual([...bridge.sessions.list('creds')], [])
})

test('A login that nobody answers ends when its time is up or when it is stopped', async () => {
  using dir = new TempDir()
  using bridge = new RecordingBridge(dir.path)
  const { url, server } = await port(true)
  await using connection = openBaileys(optionsFor(bridge, url))
  const reasonOf = (reason: string) => (error: unknown) => {
    assert.ok(error instanceof LoginError, String(error))
    assert.equal(error.reason, reason)
    return true
  }
  await assert.rejects(drain(connection.login({ timeoutMs: 50 })), reasonOf('timedOut'))
  const stopped = AbortSignal.abort()
  await assert.rejects(drain(connection.login({ signal: stopped })), reasonOf('aborted'))
  server.close()
})

test('A machine that is not linked says so when started, and sends nothing', async () => {
  using dir = new TempDir()
  using bridge = new RecordingBridge(dir.path)
  await using connection = openBaileys(optionsFor(bridge, 'ws://127.0.0.1:1/ws/chat'))
  await connection.start()
  assert.deepEqual(connection.status, {
    state: 'unlinked',
    problem: 'WhatsApp is not linked. Type: wa2tg login',
    needs: 'person',
  })
  assert.equal(bridge.statuses.at(-1)?.state, 'unlinked')
  const delivery = deliveryOf(text('hi'), { messageId: connection.newMessageId() })
  assert.equal((await failureOf(connection.send(delivery))).verdict.kind, 'offline')
  assert.match(connection.newMessageId(), /^3EB0[0-9A-F]{18}$/)
})
