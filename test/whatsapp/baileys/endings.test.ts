import assert from 'node:assert/strict'
import dns from 'node:dns'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { DisconnectReason } from '@whiskeysockets/baileys'
import { StoreError } from '../../../src/bridge/store-error.ts'
import { RULES, type Rule } from '../../../src/whatsapp/baileys/connection/after-close.ts'
import { Reconnects } from '../../../src/whatsapp/baileys/connection/reconnects.ts'
import { openBaileys } from '../../../src/whatsapp/baileys/connection.ts'
import { TIMING } from '../../../src/whatsapp/baileys/socket/timing.ts'
import type { WhatsAppSimulator } from '../../simulators/whatsapp/index.ts'
import { trustTestCa } from '../../simulators/whatsapp/media-server.ts'
import { endsWithin } from '../../support/within.ts'
import { RecordingBridge, silentLogger, TempDir, until } from '../support.ts'
import { Linked } from './linked.ts'

// The present version is asked for there.
trustTestCa()

type Announced = Omit<Rule, 'next'>

const provoke = (wa: WhatsAppSimulator, { by, code, conflict }: Announced): void => {
  if (by === 'downgrade') wa.downgrade()
  if (by === 'stream') {
    wa.streamError({ ...(code !== undefined && { code }), ...(conflict !== undefined && { conflict }) })
  }
  if (by === 'failure') {
    wa.refuseNextLogin(code ?? 0)
    wa.dropConnection()
  }
}

const nameOf = ({ by, code, conflict }: Announced): string =>
  [by, conflict, code].filter(part => part !== undefined).join(' ')

/** New connections since the test began. */
const logins = ({ statuses }: Linked['bridge']): number =>
  statuses.filter(({ state }) => state === 'connected').length

/** Ends behind which nobody may log in again by themselves, with what a person is told. */
const stops: readonly (readonly [Announced, 'logged_out' | 'stopped', RegExp])[] = [
  [{ by: 'failure', code: 401 }, 'logged_out', /unlinked this machine.*"wa2tg login"/],
  [{ by: 'failure', code: 402 }, 'stopped', /suspended this account/],
  [{ by: 'failure', code: 403 }, 'logged_out', /locked this account.*"wa2tg login"/],
  [{ by: 'failure', code: 405 }, 'stopped', /update wa2tg/],
  [{ by: 'failure', code: 406 }, 'logged_out', /banned this account.*"wa2tg login"/],
  [{ by: 'failure', code: 409 }, 'stopped', /update wa2tg/],
  [{ by: 'failure', code: 411 }, 'logged_out', /does not take part.*"wa2tg login"/],
  [{ by: 'stream', conflict: 'device_removed' }, 'logged_out', /unlinked this machine.*"wa2tg login"/],
  [{ by: 'stream', conflict: 'replaced' }, 'stopped', /Another program uses this link/],
  [{ by: 'stream', code: 440 }, 'stopped', /Another program uses this link/],
  [{ by: 'stream', code: 405 }, 'stopped', /update wa2tg/],
  [{ by: 'downgrade' }, 'logged_out', /does not take part.*"wa2tg login"/],
]
/** And those behind which it connects again. */
const known: readonly Announced[] = [
  ...[500, 501, 503].map(code => ({ by: 'failure' as const, code })),
  ...[401, 500, 503, 515].map(code => ({ by: 'stream' as const, code })),
]

describe('ends that the server announces', () => {
  test('each of them has a rule, and nothing else has', () => {
    const ends = [...stops.map(([end]) => end), ...known]
    assert.deepEqual(RULES.map(nameOf).sort(), ends.map(nameOf).sort())
  })

  for (const [end, state, words] of stops) {
    test(`${nameOf(end)} ends it, and a person is told`, async () => {
      // The longest first pause is 30 ms then: a login that must not come would be seen.
      await using linked = await Linked.started({ timing: { firstPause: 20 } })
      provoke(linked.wa, end)
      const isOver = () => ['logged_out', 'stopped'].includes(linked.connection.status.state)
      await until('the end', () => isOver() || logins(linked.bridge) > 1)
      await sleep(200)
      const { status } = linked.connection
      assert.deepEqual([status.state, status.needs], [state, 'person'])
      assert.match(status.problem ?? '', words)
      const isForgotten = [...linked.bridge.sessions.list('creds')].length === 0
      assert.equal(isForgotten, state === 'logged_out')
      assert.equal(linked.wa.connections, 0)
      assert.equal(logins(linked.bridge), 1)
    })
  }

  test('all others are followed by a new connection, and lose nothing', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const unknown = [
      ...[400, 413, 414, 415, 418, 429].map(code => ({ by: 'failure' as const, code })),
      ...[400, 429, 516].map(code => ({ by: 'stream' as const, code })),
      { by: 'stream' as const, conflict: 'of-the-future' },
    ]
    const ends = [...known, ...unknown]
    for (const [turn, end] of ends.entries()) {
      const before = linked.bridge.statuses.length
      provoke(linked.wa, end)
      const problem = await until(`the end by ${nameOf(end)}`, () =>
        linked.bridge.statuses.slice(before).find(status => status.problem !== undefined),
      )
      assert.equal(problem.state, 'connecting', nameOf(end))
      await alice.send(nameOf(end))
      await until(`the message behind ${nameOf(end)}`, () => linked.bridge.events.length === turn + 1)
    }
    for (const child of ['xml-not-well-formed', 'ack']) linked.wa.streamError({ child })
    await until('the way back', () => linked.connection.status.state === 'connected')
    assert.deepEqual(linked.bridge.said, ends.map(nameOf))
    linked.wa.assertNoSurprises()
  })

  test('no reason of Baileys to disconnect is without a rule, or its own word for a broken socket', () => {
    const socket = new Set([DisconnectReason.connectionClosed, DisconnectReason.connectionLost])
    const codes = Object.values(DisconnectReason).filter(value => typeof value === 'number')
    for (const code of codes) {
      if (!socket.has(code))
        assert.ok(
          RULES.some(rule => rule.code === code),
          String(code),
        )
    }
  })

  test('a suspension says until when', async () => {
    await using linked = await Linked.started()
    const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    const before = tomorrow()
    linked.wa.refuseNextLogin(402, { code: '101', expire: '86400' })
    linked.wa.dropConnection()
    await until('the end', () => linked.connection.status.state === 'stopped')
    const days = `(${before}|${tomorrow()})`
    assert.match(linked.connection.status.problem ?? '', new RegExp(`until ${days} \\d\\d:\\d\\d UTC`))
  })
})

describe('ends without a word', () => {
  for (const code of [401, 403, 407, 511]) {
    test(`an HTTP ${code} on the way to WhatsApp does not cost the session`, async () => {
      await using linked = await Linked.link()
      await linked.connection[Symbol.asyncDispose]()
      await using portal = createServer((_request, response) => response.writeHead(code).end())
      await new Promise<void>(resolve => portal.listen(0, '127.0.0.1', resolve))
      const { port } = portal.address() as AddressInfo
      const { wa, bridge } = linked
      await using hotel = openBaileys({
        sessions: bridge.sessions,
        inbox: bridge,
        findMessage: () => undefined,
        logger: silentLogger(),
        server: { url: `ws://127.0.0.1:${port}`, rootKey: wa.rootKey, mediaHost: wa.mediaHost },
        timing: { firstPause: 20, longestPause: 50 },
      })
      await hotel.start()
      const problem = await until('a problem', () => hotel.status.problem)
      assert.match(problem, new RegExp(`answered with HTTP ${code}`))
      assert.equal(hotel.status.state, 'connecting')
      await hotel[Symbol.asyncDispose]()
      await linked.restart()
    })
  }
})

test('a name with an IPv6 and an IPv4 address, neither of which is reached, cannot be reached: pauses stay short', async () => {
  await using linked = await Linked.link()
  await linked.connection[Symbol.asyncDispose]()
  const { wa, bridge } = linked
  const { lookup } = dns
  const two = [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ]
  Object.assign(dns, {
    lookup: (host: string, options: { all?: boolean }, done: (error: null, ...rest: unknown[]) => void) => {
      if (host !== 'two.test') return lookup(host, options, done as never)
      setImmediate(() => (options.all === true ? done(null, two) : done(null, '127.0.0.1', 4)))
    },
  })
  try {
    await using nowhere = openBaileys({
      sessions: bridge.sessions,
      inbox: bridge,
      findMessage: () => undefined,
      logger: silentLogger(),
      // Nobody listens there.
      server: { url: 'ws://two.test:1', rootKey: wa.rootKey, mediaHost: wa.mediaHost },
      // Growing like those behind a broken line, seven pauses would take at least ten minutes.
      timing: { firstPause: 10_000, longestPause: 6_000_000, longestUnreachable: 30 },
    })
    const before = bridge.statuses.length
    await nowhere.start()
    const tries = () => bridge.statuses.slice(before).filter(({ problem }) => problem !== undefined).length
    await until('eight tries', () => tries() >= 8)
    const problems = new Set(bridge.statuses.slice(before).flatMap(({ problem }) => problem ?? []))
    assert.equal(problems.size, 1)
    assert.match(
      [...problems].join(),
      /^WhatsApp cannot be reached \(connect \w+ ::1:1.*, connect \w+ 127\.0\.0\.1:1/,
    )
  } finally {
    Object.assign(dns, { lookup })
  }
})

describe('pauses between connections', () => {
  const timed = async (work: Promise<void>): Promise<number> => {
    const begun = performance.now()
    await work
    return performance.now() - begun
  }

  test('they grow while connections are short, and start anew behind a good one', async () => {
    const timing = { ...TIMING, firstPause: 40, longestPause: 1000, stable: 60_000 }
    const reconnects = new Reconnects(timing, new AbortController().signal)
    assert.ok(await endsWithin(1, reconnects.wait(0, 'now')))
    assert.ok((await timed(reconnects.wait(100, 'now'))) >= 39, 'a restart again is no free pass')
    assert.ok((await timed(reconnects.wait(0, 'soon'))) >= 79)
    assert.ok((await timed(reconnects.wait(59_000, 'soon'))) >= 159)
    assert.ok(await endsWithin(159, reconnects.wait(60_000, 'soon')))
    assert.ok((await timed(reconnects.wait(60_000, 'late'))) >= 499)
  })

  test('they are longer or shorter by chance, so that not all come back at once', async t => {
    const timing = { ...TIMING, firstPause: 2000, longestPause: 2000 }
    const wait = (chance: number): Promise<void> => {
      t.mock.method(Math, 'random', () => chance)
      return new Reconnects(timing, new AbortController().signal).wait(0, 'soon')
    }
    const [late, soon] = [wait(0.99), wait(0)]
    let isLate = false
    void late.then(() => {
      isLate = true
    })
    await soon
    assert.equal(isLate, false, 'one of 1 s goes off before one of 2.98 s, which began first')
    await late
  })

  test('where nothing can be reached they do not grow as long', { timeout: 120_000 }, async () => {
    // 45 s with the longest jitter.
    assert.equal(TIMING.longestUnreachable * 1.5, 45_000)
    const timing = { ...TIMING, firstPause: 400, longestPause: 600_000, longestUnreachable: 60 }
    const reconnects = new Reconnects(timing, new AbortController().signal)
    // Growing like the others they would take at least 200, 400, 800 … ms, and more than 200 s in all.
    for (let turn = 0; turn < 10; turn += 1) await reconnects.wait(0, 'unreachable')
  })

  test('a machine that wakes tries at once, and the pauses start anew', { timeout: 240_000 }, async () => {
    let ahead = 0
    const clocks = { wall: () => Date.now() + ahead, steady: () => performance.now() }
    const timing = { ...TIMING, firstPause: 600_000, longestPause: 600_000 }
    const reconnects = new Reconnects(timing, new AbortController().signal, { clocks, every: 10 })
    const waiting = reconnects.wait(0, 'soon')
    ahead = 3_600_000
    await waiting
    assert.ok((await timed(reconnects.wait(0, 'now'))) < 300_000, 'as after the first end')
  })

  test('a disk that comes back behind a line that it did not let open ends the pause', {
    timeout: 120_000,
  }, async () => {
    using dir = new TempDir()
    using bridge = new RecordingBridge(dir.path)
    const { sessions } = bridge
    const refusal = new StoreError('The disk fails')
    let isAway = true
    const set: typeof sessions.set = changes => {
      if (!isAway) return sessions.set(changes)
      isAway = false
      throw refusal
    }
    const timing = { ...TIMING, firstPause: 600_000, longestPause: 600_000 }
    const signal = new AbortController().signal
    const reconnects = new Reconnects(timing, signal, { sessions: { ...sessions, set } })
    let tries = 0
    const connect = (): void => {
      tries += 1
      if (isAway) throw refusal
    }
    await reconnects.again(connect, { openFor: 0, when: 'now' }, () => undefined)
    assert.equal(tries, 2)
  })
})
