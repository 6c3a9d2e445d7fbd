import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Crowd } from '../../src/outbox/crowd.ts'
import { Outbox, Pace } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { tempStore } from '../store/temp-store.ts'

/** A crowd whose jobs can all be joined: together they are the list of their events. */
const openCrowd = () => {
  const store = tempStore()
  const outbox = new Outbox(store.database)
  const pace = new Pace(telegramBudgets, ratePeerOf)
  const carrier = {
    join: (jobs: readonly { event: string }[]) => ({
      count: jobs.length,
      event: jobs.map(({ event }) => event).join('+'),
    }),
  }
  let now = 1000
  const crowd = new Crowd({ outbox, carrier, pace, clock: { steady: () => now } })
  const lanes = [
    { lane: 'school', target: 'telegram:-1001/1' },
    { lane: 'mum', target: 'telegram:-1001/2' },
    { lane: 'work', target: 'telegram:-1002' },
  ] as const
  const events = (lane: string) =>
    store.database
      .all<{ event: string }>('SELECT event FROM jobs WHERE lane = ? ORDER BY id', lane)
      .map(({ event }) => event)
  return {
    store,
    outbox,
    lanes,
    events,
    add: (lane: (typeof lanes)[number]['lane'], count: number, topic?: string) => {
      const target = lanes.find(each => each.lane === lane)?.target ?? 'telegram:-1'
      const first = events(lane).length
      for (let job = first; job < first + count; job += 1) {
        const more = topic === undefined ? {} : { topic }
        outbox.add({ lane, target, source: 1, messageId: `${lane}${job}`, event: `${job}`, ...more }, 0)
      }
    },
    /** As in a turn of the worker: room for the first message of each lane is taken already. */
    join: () => {
      const rooms = lanes.map(({ target }) => pace.take(target))
      crowd.join(lanes, lanes, 1000)
      for (const room of rooms) room.close(now, false)
    },
    /** So many messages have just gone to the group of the school, and some time passes. */
    went: (count: number, { after }: { after: number }) => {
      pace.take(lanes[0].target, count).close(now, true)
      now += after
    },
    /** As when the first job of a lane was sent. */
    finish: (lane: string) =>
      store.database.run('DELETE FROM jobs WHERE id = (SELECT min(id) FROM jobs WHERE lane = ?)', lane),
    [Symbol.dispose]: () => store[Symbol.dispose](),
  }
}

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `${from + index}`)

test('as long as a minute is enough, nothing is joined', () => {
  using bench = openCrowd()
  bench.add('school', 15)
  bench.add('mum', 5)
  bench.join()
  assert.deepEqual(bench.events('school'), upTo(15))
  assert.deepEqual(bench.events('mum'), upTo(5))
})

test('what has gone within the last minute leaves less for this one', () => {
  using bench = openCrowd()
  bench.add('school', 18)
  bench.went(3, { after: 60_000 })
  bench.join()
  assert.deepEqual(bench.events('school'), upTo(18), 'it went a minute ago')
  bench.went(3, { after: 59_000 })
  bench.join()
  assert.deepEqual(bench.events('school'), [upTo(18).join('+')])
})

test('what all topics of a group have waiting counts together, and each lane is joined by itself', () => {
  using bench = openCrowd()
  bench.add('school', 16)
  bench.add('mum', 5)
  bench.add('work', 20)
  bench.join()
  assert.deepEqual(bench.events('school'), [upTo(16).join('+')])
  assert.deepEqual(bench.events('mum'), [upTo(5).join('+')])
  assert.deepEqual(bench.events('work'), upTo(20), 'another group')
})

test('at most twenty go together, and the joining goes on until hardly anything waits any more', () => {
  using bench = openCrowd()
  bench.add('school', 50)
  bench.join()
  assert.deepEqual(bench.events('school'), [upTo(20).join('+'), ...upTo(30, 20)])
  bench.finish('school')
  bench.join()
  bench.finish('school')
  bench.join()
  assert.deepEqual(bench.events('school'), [upTo(10, 40).join('+')], 'ten would go within the minute')
  bench.finish('school')
  bench.add('school', 2)
  bench.join()
  assert.deepEqual(bench.events('school'), ['0', '1'], 'it is over')
})

test('changes between texts stay behind them, in their order', () => {
  using bench = openCrowd()
  bench.add('school', 2)
  for (const kind of ['reaction', 'edit', 'vote', 'deletion']) bench.add('school', 1, `${kind} 1`)
  bench.add('school', 16)
  bench.join()
  assert.deepEqual(bench.events('school'), [[...upTo(2), ...upTo(16, 6)].join('+'), '2', '3', '4', '5'])
  bench.finish('school')
  bench.add('school', 25)
  bench.join()
  assert.deepEqual(
    bench.events('school'),
    upTo(4, 2).concat(upTo(25, 4)),
    'a change that is first goes by itself',
  )
})

test('only what no attempt was made at is joined, and what is found under a topic goes by itself', () => {
  using bench = openCrowd()
  bench.add('school', 30)
  const [head] = bench.outbox.heads()
  bench.outbox.claim(head?.id ?? 0, undefined)
  bench.outbox.recover(0)
  bench.join()
  assert.deepEqual(bench.events('school'), upTo(30), 'the first is in doubt')
  bench.finish('school')
  bench.add('mum', 2)
  bench.add('mum', 1, 'album 1')
  bench.add('mum', 2)
  bench.join()
  assert.equal(bench.events('school')[0], upTo(20, 1).join('+'))
  assert.deepEqual(bench.events('mum'), ['0+1', '2', '3', '4'])
})
