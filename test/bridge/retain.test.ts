import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { chatRef } from '../../src/bridge/chat-ref.ts'
import { startRetention } from '../../src/bridge/retain.ts'
import { Outbox } from '../../src/outbox/index.ts'
import type { Store } from '../../src/store/index.ts'
import type { Clock } from '../../src/support/clock.ts'
import { tempStore } from '../store/temp-store.ts'

const mum = chatRef('whatsapp', '900000000000002@lid')
const topic = chatRef('telegram', '-1001234567890/7')
const day = 86_400_000
const begin = Date.parse('2026-01-01T00:00:00Z')
const log = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

/** Time stands still until the test moves it; every sleep ends when its time has come. */
const steppedClock = () => {
  let now = begin
  const sleepers: { until: number; wake: () => void }[] = []
  const clock: Clock = {
    now: () => now,
    steady: () => now,
    sleep: milliseconds =>
      new Promise(resolve => sleepers.push({ until: now + milliseconds, wake: resolve })),
  }
  return {
    clock,
    /** Lets time pass, sleeper by sleeper; returns how many slept. */
    async pass(milliseconds: number): Promise<number> {
      const end = now + milliseconds
      for (let woken = 0; ; woken += 1) {
        const next = sleepers.sort((one, other) => one.until - other.until)[0]
        if (next === undefined || next.until > end) {
          now = end
          return woken
        }
        sleepers.shift()
        now = next.until
        next.wake()
        await sleep(0)
      }
    },
  }
}

const cross = (store: Store, id: string, now: number): number => {
  const raw = 'x'.repeat(300)
  const key = store.links.remember({ chat: mum, id, author: mum, me: false, raw }, now)
  assert.ok(key)
  store.links.add(key, topic, { id: `t${id}`, raw }, now)
  return key
}

test('messages and links are kept for half a year, and the file stops growing', async () => {
  using store = tempStore()
  const time = steppedClock()
  using _ = startRetention({
    store,
    outbox: new Outbox(store.database),
    time: time.clock.now,
    log,
    clock: time.clock,
  })
  const pages = () => store.database.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0
  const sizes: number[] = []
  for (let today = 0; today < 300; today += 1) {
    store.transaction(() => {
      for (let turn = 0; turn < 10; turn += 1) cross(store, `${today}.${turn}`, time.clock.now())
    })
    await time.pass(day)
    sizes.push(pages())
  }
  const isKnown = (today: number) =>
    store.links.counterpart({ chat: mum, id: `${today}.0` }, topic)?.id === `t${today}.0` &&
    store.links.origin({ chat: topic, id: `t${today}.9` }) === mum
  assert.equal(isKnown(121), true)
  assert.equal(isKnown(118), false)
  assert.equal(store.links.find({ chat: topic, id: 't118.0' }), undefined)
  const counts = store.database.get<{ messages: number; links: number }>(
    'SELECT (SELECT count(*) FROM messages) AS messages, (SELECT count(*) FROM links) AS links',
  )
  assert.ok((counts?.links ?? 0) <= 181 * 10 && (counts?.messages ?? 0) <= 181 * 20, JSON.stringify(counts))
  const [steady = 0, last = 0] = [sizes[200], sizes.at(-1)]
  assert.ok(last <= steady * 1.02, `${steady} pages after 200 days, ${last} after 300`)
})

test('what a job still carries, and what it has sent of it, stays; failed jobs go after a month', async () => {
  using store = tempStore()
  const outbox = new Outbox(store.database)
  const time = steppedClock()
  const add = (id: string): number => {
    const job = { lane: mum, target: topic, messageId: id, event: '{}' }
    return outbox.add({ ...job, source: cross(store, id, begin) }, begin)
  }
  const [waiting, failed] = [add('waiting'), add('failed')]
  outbox.fail(failed, 'gone', { at: begin })
  cross(store, 'done', begin)
  using _ = startRetention({ store, outbox, time: time.clock.now, log, clock: time.clock })
  await time.pass(29 * day)
  assert.deepEqual(outbox.counts(), { pending: 1, failed: 1 })
  await time.pass(2 * day)
  assert.deepEqual(outbox.counts(), { pending: 1, failed: 0 })
  await time.pass(200 * day)
  const isKnown = (id: string) => store.links.counterpart({ chat: mum, id }, topic) !== undefined
  assert.deepEqual([isKnown('waiting'), isKnown('failed'), isKnown('done')], [true, false, false])
  outbox.finish(waiting)
  await time.pass(day)
  assert.equal(isKnown('waiting'), false)
})

test('what waited for longer than a month, while it was off, and is given up then, is shown for a month from then on', async () => {
  using store = tempStore()
  const outbox = new Outbox(store.database)
  const time = steppedClock()
  const source = cross(store, 'waiting', begin)
  const job = outbox.add({ lane: mum, target: topic, messageId: 'm', event: '{}', source }, begin)
  await time.pass(40 * day)
  outbox.fail(job, 'gone', { at: time.clock.now() })
  using _ = startRetention({ store, outbox, time: time.clock.now, log, clock: time.clock })
  await time.pass(29 * day)
  assert.equal(outbox.counts().failed, 1)
  await time.pass(2 * day)
  assert.equal(outbox.counts().failed, 0)
})

test('a round is many small transactions with pauses in between, and a full disk only ends the round', async () => {
  using store = tempStore()
  const outbox = new Outbox(store.database)
  const time = steppedClock()
  store.transaction(() => {
    for (let turn = 0; turn < 1000; turn += 1) cross(store, String(turn), begin)
  })
  await time.pass(200 * day)
  store.database.run('PRAGMA query_only = ON')
  using _ = startRetention({ store, outbox, time: time.clock.now, log, clock: time.clock, batch: 100 })
  const left = () => store.database.get<{ n: number }>('SELECT count(*) AS n FROM messages')?.n
  await time.pass(day)
  assert.equal(left(), 2000)
  store.database.run('PRAGMA query_only = OFF')
  const woken = await time.pass(120_000)
  assert.equal(left(), 0)
  assert.ok(woken >= 20, `${woken} pauses`)
})

test('how old messages are goes by the time out there, however far ahead this machine is; nothing goes before it is known', async () => {
  using store = tempStore()
  const outbox = new Outbox(store.database)
  const time = steppedClock()
  await time.pass(400 * day)
  const ahead = 200 * day
  const outside = () => time.clock.now() - ahead
  const word = { kept: true, person: mum }
  for (const [id, at] of [
    ['old', outside() - 181 * day],
    ['young', outside() - 10 * day],
  ] as const) {
    cross(store, id, at)
    store.expiry.keep({ chat: mum, id: `never seen ${id}` }, { ...word, at })
  }
  const known = () =>
    ['old', 'young'].flatMap(id => [
      store.links.find({ chat: mum, id }) !== undefined,
      store.expiry.keepOf({ chat: mum, id: `never seen ${id}` }) !== undefined,
    ])
  let told: number | undefined
  using _ = startRetention({ store, outbox, time: () => told, log, clock: time.clock })
  await time.pass(day)
  assert.deepEqual(known(), [true, true, true, true])
  told = outside()
  await time.pass(120_000)
  assert.deepEqual(known(), [false, false, true, true])
})

test('a round that is stopped touches the store no more', async () => {
  const store = tempStore()
  const time = steppedClock()
  const warnings: unknown[] = []
  const watched = { ...log, warn: (...words: unknown[]) => warnings.push(words) }
  cross(store, 'young', begin)
  const outbox = new Outbox(store.database)
  const retention = startRetention({ store, outbox, time: time.clock.now, log: watched, clock: time.clock })
  await time.pass(60_000)
  retention[Symbol.dispose]()
  store[Symbol.dispose]()
  await time.pass(day)
  assert.deepEqual(warnings, [])
})
