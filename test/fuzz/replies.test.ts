import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Network } from '../../src/bridge/network.ts'
import { DeliveryError } from '../../src/bridge/verdict.ts'
import { openApi } from '../../src/telegram/api.ts'
import { openTelegram } from '../../src/telegram/connection.ts'
import { runLongPoll } from '../../src/telegram/updates/long-poll.ts'
import { leapingClock } from '../outbox/leaping-clock.ts'
import { eventually } from '../simulators/eventually.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { tempStore } from '../store/temp-store.ts'
import { change, delivery, file, RecordingInbox, Standing, text } from '../telegram/bench.ts'
import { filesOf, otherSendings, sendings } from '../telegram/doubt/sendings.ts'
import { anyReply, isSurelyNothing, type Reply, serve, token, wordOf } from './any-reply.ts'
import { planted, recordingLog } from './knowing-store.ts'
import { least, runs } from './runs.ts'

const chat = 'telegram:-1001234567890'

/**
 * A Bot API server that answers anything with one reply after the other; behind the last as `beyond` says, or from the first
 * again.
 */
const startServer = async (beyond?: (method: string) => Reply) => {
  let replies: readonly Reply[] = []
  let enough = new AbortController()
  const served: { readonly method: string; readonly reply: Reply }[] = []
  const server = createServer((request, response) => {
    request
      .on('error', () => undefined)
      .resume()
      .on('end', () => {
        const method = request.url?.split('/').at(-1) ?? ''
        const isPast = served.length >= replies.length
        const again = replies[served.length % replies.length] ?? { status: 500, body: '' }
        const reply = (isPast && beyond?.(method)) || again
        served.push({ method, reply })
        if (served.length > patience) enough.abort()
        serve(response, reply)
      })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    apiRoot: `http://127.0.0.1:${port}`,
    served,
    answer: (next: readonly Reply[]) => {
      replies = next
      served.length = 0
      enough = new AbortController()
      return enough.signal
    },
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

interface Terms {
  /** Whether what became of an earlier attempt is looked for first. */
  readonly unsure: boolean
  readonly signal: AbortSignal
}

type Attempt = (network: Network, terms: Terms) => Promise<unknown>

/** Answers after which an attempt is stopped: what lies far behind is searched for long, as it must be. */
const patience = 100

const changes: readonly Parameters<typeof change>[1][] = [
  { kind: 'edit', content: text(planted) },
  { kind: 'edit', content: text('word '.repeat(3000)) },
  { kind: 'edit', content: file('image', {}, 'Look') },
  { kind: 'edit', content: { kind: 'location', latitude: 48.1, longitude: 11.5, live: 900 } },
  { kind: 'edit', content: { kind: 'location', latitude: 48.1, longitude: 11.5, live: 0 } },
  { kind: 'deletion', by: 'author' },
  { kind: 'reaction', emoji: '👍' },
  { kind: 'pin', pinned: true },
  { kind: 'pin', pinned: false },
]

/** One attempt for each way in which a delivery calls the server. */
const attempts: readonly (readonly [name: string, attempt: Attempt])[] = [
  ...[{ method: 'sendMessage', content: text(planted) }, ...sendings, ...otherSendings].map(
    (sending): [string, Attempt] => [
      `${sending.method} of ${sending.content.kind}`,
      async (network, { unsure, signal }) => {
        const files = 'bytes' in sending ? { bytes: filesOf(sending) } : {}
        const job = delivery({ chat, content: sending.content, mark: '{"at":1}', signal, ...files })
        if (unsure) await network.settle?.(job)
        await network.send(job)
        for (const { id } of job.sent) assert.match(id, /^\d{1,16}$/, 'an id that is none')
      },
    ],
  ),
  ...changes.map((what, index): [string, Attempt] => [
    `change ${index}: ${what.kind}`,
    async (network, { unsure, signal }) => {
      const parts = [1, 2].map(id => ({ id: String(id), fromMe: true, byBridge: true }))
      const made = change(chat, what, new Standing(parts), { mark: '{"at":1}', bytes: jpeg(10, 10) })
      const job = { ...made, signal }
      if (unsure) await network.settle?.(job)
      await network.change(job)
    },
  ]),
  [
    'getFile',
    async (network, { signal }) => {
      const stream = await network.openMedia({ source: JSON.stringify({ fileId: 'F' }) }, signal)
      for await (const _ of stream);
    },
  ],
]

/** No verdict says more than the answers: what is final needs a word of the Bot API, what is certain an end of each sending. */
const judge = ({ verdict }: DeliveryError, served: readonly { method: string; reply: Reply }[]): void => {
  const what = JSON.stringify(served).slice(0, 2000)
  if (verdict.kind === 'reject') {
    const isSaid = served.some(({ reply }) => reply.status === 413 || wordOf(reply) !== undefined)
    assert.ok(isSaid, `refused for good by nobody: ${what}`)
  }
  if (verdict.kind === 'wait') assert.ok(verdict.seconds > 0 && verdict.seconds <= 86_400)
  const isOpen = served.some(
    ({ method, reply }) => method.startsWith('send') && !wordOf(reply)?.ok && !isSurelyNothing(reply),
  )
  assert.ok(!isOpen || verdict.kind === 'unsure', `"${verdict.kind}" though it may have arrived: ${what}`)
}

test('whatever a server answers, a delivery is sent or ends with a verdict that holds, and the token is in no words of it, nor in the log', async context => {
  using server = await startServer()
  using store = tempStore()
  const log = await recordingLog('debug', token)
  const ends = new Map<string, number>()
  const methods = new Set<string>()
  let asked = 0
  let number = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyReply, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      fc.constantFrom(...attempts),
      async (replies, unsure, [, attempt]) => {
        const signal = server.answer(replies)
        // Each has its own memory: what an earlier one heard is nothing that this one knows.
        const sessions = store.session(`telegram-${++number}`)
        const inbox = new RecordingInbox(store)
        await using network = openTelegram({
          token,
          apiRoot: server.apiRoot,
          owners: [7001],
          mapped: () => [],
          forgetIds: () => undefined,
          sessions,
          inbox,
          logger: log.logger,
          graceMs: () => 0,
        })
        let end = 'sent'
        try {
          await attempt(network, { unsure, signal })
        } catch (error) {
          if (!(error instanceof DeliveryError)) throw error
          end = error.verdict.kind
          // As whoever delivers does.
          log.logger.warn({ err: error }, 'It failed')
          for (let each: unknown = error; each instanceof Error; each = each.cause) {
            assert.ok(!each.message.includes(token) && !each.message.includes('secret-of-the-test-bot'))
          }
          if (!unsure && !signal.aborted) judge(error, server.served)
        }
        asked += server.served.length
        ends.set(end, (ends.get(end) ?? 0) + 1)
        for (const { method } of server.served) methods.add(method)
        const isUnlinked = network.status.state === 'logged_out'
        assert.ok(!isUnlinked || server.served.some(({ reply }) => wordOf(reply)?.error_code === 401))
        sessions.clear()
      },
    ),
    runs(1000),
  )
  context.diagnostic(
    `${number} deliveries and changes met ${asked} odd answers: ${JSON.stringify([...ends])}; ${JSON.stringify([...methods])}`,
  )
  for (const [kind, inCi] of Object.entries({ sent: 40, reject: 20, unsure: 150, wait: 1, retry: 100 }))
    assert.ok((ends.get(kind) ?? 0) >= least(inCi), `too few inputs came to "${kind}"`)
  assert.ok(log.lines.length > number / 2, `only ${log.lines.length} lines were looked at`)
  assert.equal(log.leaks([token, 'secret-of-the-test-bot', planted]), undefined)
})

test('behind whatever a server answers to getMe and getUpdates, the next update is taken in', async context => {
  const sound = (result: unknown): Reply => ({ status: 200, body: JSON.stringify({ ok: true, result }) })
  const update = { update_id: 5, message: { message_id: 5, date: 1, chat: { id: 5, type: 'private' } } }
  const bot = { id: 8001, is_bot: true, first_name: 'Bridge', username: 'wa_bot' }
  using server = await startServer(method => sound(method === 'getMe' ? bot : [update]))
  using store = tempStore()
  const log = await recordingLog('debug', token)
  const { numRuns, seed } = runs(300)
  const odd = fc.sample(anyReply, { numRuns, seed })
  const api = openApi({ token, apiRoot: server.apiRoot })
  let met = 0
  for (let from = 0; from < odd.length; from += 10) {
    const some = odd.slice(from, from + 10)
    server.answer(some)
    const stop = new AbortController()
    let isIn = false
    const loop = runLongPoll({
      api,
      sessions: store.session(`telegram-${from}`),
      clock: leapingClock(),
      logger: log.logger,
      signal: stop.signal,
      take: updates => {
        isIn ||= updates.some(({ message }) => message?.message_id === 5)
      },
      onState: () => undefined,
      rivals: { onTaken: () => undefined, onPeace: () => undefined },
    })
    try {
      await eventually(() => isIn, `what comes behind ${JSON.stringify(some)}`)
    } finally {
      stop.abort()
      await loop
    }
    met += some.length
  }
  context.diagnostic(`${met} odd answers to getMe and getUpdates`)
  assert.ok(log.lines.length > met / 2, `${log.lines.length} lines were looked at`)
  assert.equal(log.leaks([token, 'secret-of-the-test-bot']), undefined)
})
