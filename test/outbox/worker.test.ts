import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { type Job, Outbox, type Outcome, Pace, Worker, type WorkerOptions } from '../../src/outbox/index.ts'
import { systemClock } from '../../src/support/clock.ts'
import { quiet, waitUntil } from '../bridge/bridge.ts'
import { tempStore } from '../store/temp-store.ts'
import { workedFor } from '../support/within.ts'
import { leapingClock } from './leaping-clock.ts'
import { plainCarrier } from './plain-carrier.ts'

/** A worker whose deliveries end when the test says so. */
const openWorker = (options: Partial<WorkerOptions> = {}) => {
  const store = tempStore()
  const outbox = new Outbox(store.database)
  const flying = new Map<string, (outcome: Outcome) => void>()
  const begun: string[] = []
  const aborted: string[] = []
  const worker = new Worker({
    outbox,
    pace: new Pace([]),
    transaction: work => store.transaction(work),
    log: quiet,
    clock: leapingClock(),
    carrier: {
      ...plainCarrier,
      deliver: (job: Job, signal) => {
        begun.push(job.event)
        signal.addEventListener('abort', () => aborted.push(job.event))
        return new Promise(resolve => flying.set(job.event, resolve))
      },
      mark: () => 'mark',
    },
    ...options,
  })
  return {
    store,
    outbox,
    worker,
    begun,
    flying,
    aborted,
    add: (lane: string, event: string, target: ChatRef = `telegram:${lane}`) =>
      store.transaction(() => outbox.add({ lane, target, source: 1, messageId: event, event }, Date.now())),
    end: (event: string, outcome: Outcome = { kind: 'sent' }) => {
      flying.get(event)?.(outcome)
      flying.delete(event)
    },
    [Symbol.asyncDispose]: async () => {
      await worker.stop()
      store[Symbol.dispose]()
    },
  }
}

const retried: Outcome = {
  kind: 'failure',
  verdict: { kind: 'retry' },
  problem: 'line is down',
  from: 'send',
}
const turn = () => new Promise(resolve => setTimeout(resolve, 20))

test('one job at a time per lane, lanes side by side up to the limit', async () => {
  await using bench = openWorker({ parallel: 2 })
  bench.add('a', 'a1')
  bench.add('a', 'a2')
  bench.add('b', 'b1')
  bench.add('c', 'c1')
  bench.worker.start()
  await waitUntil(() => bench.begun.length === 2)
  await turn()
  assert.deepEqual(bench.begun, ['a1', 'b1'])
  bench.end('a1')
  await waitUntil(() => bench.begun.length === 3)
  assert.deepEqual(
    bench.begun,
    ['a1', 'b1', 'c1'],
    'the lane that has not been served comes before the next of the other',
  )
  bench.end('b1')
  await waitUntil(() => bench.begun.length === 4)
  assert.equal(bench.begun[3], 'a2')
})

test('what became due while the machine slept is seen within half a minute, though timers stood still', async () => {
  const timers: { milliseconds: number; end: () => void }[] = []
  const asleep = { ahead: 0 }
  const now = () => Date.now() + asleep.ahead
  const sleep = (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>(end => {
      timers.push({ milliseconds, end })
      if (signal?.aborted || milliseconds <= 1000) setTimeout(end, milliseconds)
      else signal?.addEventListener('abort', () => end(), { once: true })
    })
  await using bench = openWorker({ clock: { now, steady: now, sleep } })
  bench.add('a', 'a1')
  bench.worker.start()
  await waitUntil(() => bench.begun.length === 1)
  bench.end('a1', { ...retried, verdict: { kind: 'wait', seconds: 600 } })
  await waitUntil(() => timers.length > 0)
  asleep.ahead = 3_600_000
  const last = timers.at(-1)
  assert.ok(last !== undefined && last.milliseconds <= 30_000)
  last.end()
  await waitUntil(() => bench.begun.length === 2)
})

test('those that wait for something take no place from others', async () => {
  const over = Promise.withResolvers<void>()
  const begun: string[] = []
  await using bench = openWorker({
    parallel: 2,
    carrier: {
      ...plainCarrier,
      async deliver({ event }, _signal, _turn, rest) {
        begun.push(event)
        if (event !== 'a text') await rest(over.promise)
        return { kind: 'sent' }
      },
    },
  })
  for (const lane of ['a', 'b', 'c', 'd']) bench.add(lane, `${lane}1`)
  bench.worker.start()
  await waitUntil(() => begun.length === 4)
  bench.add('e', 'a text')
  bench.worker.wake()
  await waitUntil(() => bench.outbox.counts().pending === 4)
  over.resolve()
  await waitUntil(() => bench.outbox.counts().pending === 0)
})

test('a stuck lane delays no other', async () => {
  await using bench = openWorker()
  bench.add('stuck', 's1')
  bench.add('stuck', 's2')
  for (let i = 0; i < 20; i += 1) bench.add('b', `b${i}`)
  bench.worker.start()
  for (let i = 0; i < 20; i += 1) {
    await waitUntil(() => bench.flying.has(`b${i}`))
    bench.end(`b${i}`)
  }
  await waitUntil(() => bench.outbox.counts().pending === 2)
  assert.ok(!bench.begun.includes('s2'))
})

test('two lanes to one chat have one delivery in flight between them, and another topic of its group does not wait', async () => {
  await using bench = openWorker()
  bench.add('a', 'a1', 'telegram:-100/1')
  bench.add('b', 'b1', 'telegram:-100/1')
  bench.add('c', 'c1', 'telegram:-100/2')
  bench.worker.start()
  await waitUntil(() => bench.begun.length === 2)
  await turn()
  assert.deepEqual(bench.begun, ['a1', 'c1'])
  bench.end('a1')
  await waitUntil(() => bench.begun.length === 3)
})

test('a failed head is tried again before anything behind it', async () => {
  await using bench = openWorker()
  bench.add('a', 'a1')
  bench.add('a', 'a2')
  bench.worker.start()
  for (const _ of [1, 2, 3]) {
    await waitUntil(() => bench.flying.has('a1'))
    bench.end('a1', retried)
  }
  await waitUntil(() => bench.flying.has('a1'))
  bench.end('a1')
  await waitUntil(() => bench.flying.has('a2'))
  assert.deepEqual(bench.begun, ['a1', 'a1', 'a1', 'a1', 'a2'])
})

test('a job is on disk as being sent, with its mark, before its attempt begins', async () => {
  await using bench = openWorker()
  bench.add('a', 'a1')
  bench.worker.start()
  await waitUntil(() => bench.flying.has('a1'))
  assert.deepEqual(bench.store.database.get('SELECT state, mark FROM jobs'), {
    state: 'sending',
    mark: 'mark',
  })
})

test('an attempt cut off by a crash is in doubt at the next start and keeps its mark', async () => {
  await using bench = openWorker()
  const id = bench.add('a', 'a1')
  bench.outbox.claim(id, 'before')
  assert.deepEqual(bench.outbox.recover(Date.now()), { cutOff: ['telegram:a'] })
  const { unsure, mark } = bench.outbox.claim(id, 'after')
  assert.deepEqual({ unsure, mark }, { unsure: true, mark: 'before' })
})

test('what was put off by a clock that was years ahead is due at the next start, and what waits for an hour is not', async () => {
  await using bench = openWorker()
  const hour = 3_600_000
  for (const [lane, dueAt] of [
    ['a', 100_000 * hour],
    ['b', 2 * hour],
  ] as const)
    bench.outbox.rewrite(bench.add(lane, lane), { event: lane, dueAt })
  bench.outbox.recover(hour)
  assert.deepEqual(
    bench.outbox.heads([]).map(({ lane, dueAt }) => [lane, dueAt]),
    [
      ['a', hour],
      ['b', 2 * hour],
    ],
  )
})

test('draining lets what is in flight end and begins nothing new', async () => {
  await using bench = openWorker({ clock: systemClock })
  bench.add('a', 'a1')
  bench.add('a', 'a2')
  bench.worker.start()
  await waitUntil(() => bench.flying.has('a1'))
  const drained = bench.worker.drain(5000)
  bench.end('a1')
  await drained
  assert.deepEqual(bench.begun, ['a1'])
  assert.deepEqual(bench.aborted, [])
  assert.deepEqual(bench.outbox.counts(), { pending: 1, failed: 0 })
})

test('what does not end in time is aborted and left in doubt', async () => {
  await using bench = openWorker()
  bench.add('a', 'a1')
  bench.worker.start()
  await waitUntil(() => bench.flying.has('a1'))
  await bench.worker.drain(10)
  assert.deepEqual(bench.aborted, ['a1'])
  assert.equal(bench.outbox.recover(Date.now()).cutOff.length, 1)
})

test('nothing is polled while there is nothing to do', async () => {
  let turns = 0
  await using bench = openWorker()
  const heads = bench.outbox.heads.bind(bench.outbox)
  bench.outbox.heads = running => {
    turns += 1
    return heads(running)
  }
  bench.worker.start()
  await waitUntil(() => turns === 1)
  await turn()
  assert.equal(turns, 1)
})

test('a disk that refuses the outcome of a delivery neither loses it nor sends again', async () => {
  let isFull = false
  await using bench = openWorker()
  await using worker = openWorker({
    outbox: bench.outbox,
    transaction: work =>
      bench.store.transaction(() => {
        if (isFull) throw new Error('disk is full')
        return work()
      }),
  })
  bench.add('a', 'a1')
  bench.add('a', 'a2')
  worker.worker.start()
  await waitUntil(() => worker.flying.has('a1'))
  isFull = true
  worker.end('a1')
  await turn()
  assert.deepEqual(worker.begun, ['a1'])
  isFull = false
  await waitUntil(() => worker.flying.has('a2'))
  assert.deepEqual(worker.begun, ['a1', 'a2'])
})

test('a bug in what follows upon an attempt undoes no more than its own work', async () => {
  let calls = 0
  await using bench = openWorker({
    onEnded: () => {
      calls += 1
      bench.outbox.finish(2)
      throw new TypeError('a bug')
    },
  })
  bench.add('a', 'a1')
  bench.add('b', 'b1')
  bench.add('a', 'a2')
  bench.worker.start()
  await waitUntil(() => bench.begun.length === 2)
  bench.end('a1')
  await waitUntil(() => bench.begun.length === 3)
  assert.deepEqual(bench.begun, ['a1', 'b1', 'a2'])
  assert.equal(calls, 1)
  assert.deepEqual(
    [1, 2, 3].map(id => bench.outbox.isOpen(id)),
    [false, true, true],
  )
})

test('a bug in writing down how an attempt ended costs that delivery alone, which is given up and told', async () => {
  const told: string[] = []
  const begun: string[] = []
  const refused: Outcome = { kind: 'failure', verdict: { kind: 'reject' }, problem: 'no', from: 'send' }
  await using bench = openWorker({
    carrier: {
      ...plainCarrier,
      deliver: async ({ event }: Job) => {
        begun.push(event)
        return event === 'a1' ? refused : { kind: 'sent' }
      },
      plainer: () => {
        throw new TypeError('a bug')
      },
      failed: ({ event, unsure }, problem) => void told.push(`${event}: ${problem}, ${unsure}`),
    },
  })
  for (const [lane, event] of [
    ['a', 'a1'],
    ['a', 'a2'],
    ['b', 'b1'],
  ] as const)
    bench.add(lane, event)
  bench.worker.start()
  await waitUntil(() => bench.outbox.counts().pending === 0)
  assert.deepEqual([...new Set(begun)], ['a1', 'b1', 'a2'])
  assert.deepEqual(told, ['a1: Internal error, true'])
  assert.deepEqual(bench.outbox.counts(), { pending: 0, failed: 1 })
  assert.equal(bench.worker.problem, undefined)
})

test('a bug that stops all of it is said while it does, and no longer', async () => {
  let isBroken = true
  await using bench = openWorker({
    carrier: {
      ...plainCarrier,
      deliver: async () => ({ kind: 'sent' }),
      isOnline: () => {
        if (isBroken) throw new TypeError('a bug')
        return true
      },
    },
  })
  bench.add('a', 'a1')
  bench.worker.start()
  await waitUntil(() => bench.worker.problem !== undefined)
  assert.match(bench.worker.problem ?? '', /^Nothing is delivered/)
  isBroken = false
  await waitUntil(() => bench.outbox.counts().pending === 0)
  assert.equal(bench.worker.problem, undefined)
})

test('a job that fails for a day is failed, and its lane goes on', async () => {
  await using bench = openWorker({ giveUpAfter: 60_000 })
  bench.add('a', 'a1')
  bench.add('a', 'a2')
  bench.worker.start()
  const tries = setInterval(() => bench.end('a1', retried), 1)
  try {
    await waitUntil(() => bench.flying.has('a2'))
  } finally {
    clearInterval(tries)
  }
  assert.deepEqual(bench.outbox.counts(), { pending: 1, failed: 1 })
})

test('a lane with ten thousand waiting jobs is claimed from as fast as an empty one', async () => {
  await using bench = openWorker()
  bench.store.transaction(() => {
    for (let i = 0; i < 10_000; i += 1) bench.add(`lane ${i % 5}`, `e${i}`)
  })
  const took = workedFor(() => {
    for (let i = 0; i < 100; i += 1) assert.equal(bench.outbox.heads().length, 5)
  })
  assert.ok(took / 100 < 2, 'less than 2 ms each')
})
