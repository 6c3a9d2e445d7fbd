import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Content } from '../../src/bridge/event.ts'
import { DeliveryError } from '../../src/bridge/verdict.ts'
import { openTelegram } from '../../src/telegram/connection.ts'
import { tempStore } from '../store/temp-store.ts'
import { delivery, RecordingInbox } from '../telegram/bench.ts'
import { anyText } from './any-text.ts'
import { planted, recordingLog } from './knowing-store.ts'
import { runs } from './runs.ts'

const token = '8001:AAF-secret-of-the-test-bot-000000000'

interface Reply {
  readonly status: number
  readonly body: string
  /** Bytes after which the connection breaks. */
  readonly cut?: number
}

const message = fc.record(
  {
    message_id: fc.oneof(fc.nat(), anyText),
    date: fc.nat(),
    chat: fc.record({
      id: fc.constantFrom(-1001234567890, 5, 'x'),
      type: fc.constantFrom('supergroup', 'odd'),
    }),
    text: anyText,
    message_thread_id: fc.nat(),
  },
  { requiredKeys: [] },
)
/** What a server answers that did as it was told. */
const sound = { message_id: 1, date: 1, chat: { id: -1001234567890, type: 'supergroup' }, text: 'Hello' }
const envelope = fc.record(
  {
    ok: fc.oneof(fc.boolean(), anyText),
    result: fc.oneof(message, fc.boolean(), fc.jsonValue(), fc.array(message, { maxLength: 2 })),
    error_code: fc.oneof(fc.constantFrom(400, 401, 403, 404, 409, 413, 420, 429, 500, 502), fc.integer()),
    description: fc.oneof(
      anyText,
      fc.constantFrom(
        'Bad Request: message is not modified',
        'Bad Request: message to edit not found',
        'Bad Request: chat not found',
        'Forbidden: bot was kicked',
      ),
      fc.constant(`Bad Request: something with ${token}`),
    ),
    parameters: fc.record(
      {
        retry_after: fc.oneof(fc.nat({ max: 3 }), fc.integer(), anyText),
        migrate_to_chat_id: fc.oneof(fc.constant(-1009999999999), anyText),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
)
/** What a server says that has done it: by chance alone hardly any reply would. */
const done = fc.nat().map(message_id => ({
  ok: true,
  result: { message_id, date: 1, chat: { id: -1001234567890, type: 'supergroup' }, text: 'Hello' },
}))
const anyReply: fc.Arbitrary<Reply> = fc.record(
  {
    status: fc.constantFrom(200, 200, 204, 301, 400, 403, 429, 500, 502, 503),
    body: fc.oneof(
      envelope.map(value => JSON.stringify(value)),
      done.map(value => JSON.stringify(value)),
      fc.jsonValue().map(value => JSON.stringify(value)),
      anyText,
      fc.constant(`<html>${token}</html>`),
      fc.constant(JSON.stringify({ ok: true, result: sound })),
    ),
    cut: fc.nat({ max: 200 }),
  },
  { requiredKeys: ['status', 'body'] },
)

const answer = (response: ServerResponse, { status, body, cut }: Reply): void => {
  const bytes = Buffer.from(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length })
  if (cut === undefined || cut >= bytes.length) response.end(bytes)
  else response.write(bytes.subarray(0, cut), () => response.destroy())
}

test('whatever a server answers, a delivery is sent or ends with a verdict, and the token is in no words of it, nor in the log', async () => {
  let replies: readonly Reply[] = []
  let served = 0
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const reply = replies[served % replies.length]
      served += 1
      answer(response, reply ?? { status: 500, body: '' })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  using _ = {
    [Symbol.dispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
  const { port } = server.address() as AddressInfo
  using store = tempStore()
  const log = await recordingLog('info', token)
  await using network = openTelegram({
    token,
    apiRoot: `http://127.0.0.1:${port}`,
    owners: [7001],
    chatsWith: () => [],
    sessions: store.session('telegram'),
    inbox: new RecordingInbox(store),
    logger: log.logger,
    graceMs: () => 0,
  })
  const verdicts = new Map<string, number>()
  const content: Content = {
    kind: 'text',
    body: { text: planted, spans: [{ start: 0, length: 5, style: 'bold' }] },
  } as const
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyReply, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      async (answers, unsure) => {
        replies = answers
        const attempt = delivery({ chat: 'telegram:-1001234567890', content, mark: '{"at":1}' })
        try {
          if (unsure) await network.settle?.(attempt)
          await network.send(attempt)
          verdicts.set('sent', (verdicts.get('sent') ?? 0) + 1)
        } catch (error) {
          if (!(error instanceof DeliveryError)) throw error
          verdicts.set(error.verdict.kind, (verdicts.get(error.verdict.kind) ?? 0) + 1)
          for (let each: unknown = error; each instanceof Error; each = each.cause) {
            assert.ok(!each.message.includes(token) && !each.message.includes('secret-of-the-test-bot'))
          }
          if (error.verdict.kind === 'wait')
            assert.ok(error.verdict.seconds >= 0 && error.verdict.seconds < 1e7)
        }
      },
    ),
    runs(1000),
  )
  for (const kind of ['sent', 'reject', 'unsure', 'wait'])
    assert.ok(verdicts.has(kind), `no input came to "${kind}"`)
  assert.equal(log.leaks([token, 'secret-of-the-test-bot', planted]), undefined)
})
