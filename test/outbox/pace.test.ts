import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { Turn } from '../../src/bridge/network.ts'
import { Lease, openPaceMemory, Pace } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { tempStore } from '../store/temp-store.ts'
import { type Arrival, drain } from './drain.ts'
import { VirtualClock } from './virtual-clock.ts'

const [topic, otherTopic, person] = ['telegram:-1001/1', 'telegram:-1001/2', 'telegram:11'] as const
const openPace = () => new Pace(telegramBudgets, ratePeerOf)

/** Makes calls that take no time as fast as the pace allows and returns when each went out, in milliseconds. */
const times = (pace: Pace, chats: readonly ChatRef[], messages = 1) => {
  let now = 0
  return chats.map(chat => {
    now = Math.max(now, pace.readyAt(chat, now, messages))
    pace.take(chat, messages).close(now, true)
    return now
  })
}

test('a message to an idle chat goes at once', () => {
  const pace = openPace()
  assert.ok(pace.readyAt(topic, 5000) <= 5000)
  times(pace, Array(25).fill(topic))
  assert.ok(pace.readyAt(person, 10) <= 10)
})

test('no more than 20 messages a minute go to a group, all its topics together', () => {
  const sent = times(
    openPace(),
    Array.from({ length: 61 }, (_, i) => (i % 2 ? topic : otherTopic)),
  )
  for (let i = 20; i < sent.length; i += 1) assert.ok((sent[i] ?? 0) - (sent[i - 20] ?? 0) >= 60_000)
  assert.equal(sent[19], 18_000)
  assert.equal(sent[60], 180_000)
})

test('no more than 30 messages a second go out over all chats', () => {
  const pace = openPace()
  for (let i = 1; i <= 30; i += 1) pace.take(`telegram:${i}`).close(0, true)
  assert.equal(pace.readyAt('telegram:99', 0), 1000)
})

test('an album counts as all its items, and what it has beyond a burst is paid for later', () => {
  const pace = openPace()
  pace.take(person, 10).close(0, true)
  assert.equal(pace.readyAt(person, 0), 8000)
  times(pace, [topic, topic])
  assert.equal(pace.readyAt(topic, 0, 4), 3000)
})

test('a call holds its place until its answer, and its window begins only then', () => {
  const pace = openPace()
  const rooms = [1, 2, 3].map(() => pace.take(person))
  assert.equal(pace.readyAt(person, 60_000), 63_000)
  for (const room of rooms) room.close(90_000, true)
  assert.equal(pace.readyAt(person, 90_000), 93_000)
})

test('room that is given back was never taken', () => {
  const pace = openPace()
  const rooms = [1, 2, 3, 4].map(() => pace.take(person))
  rooms[0]?.close(0, false)
  rooms[1]?.close(0, false)
  assert.ok(pace.readyAt(person, 0) <= 0)
})

test('a refusal holds back the whole group it was about and no other chat', () => {
  const pace = openPace()
  pace.refused(topic, 34, 0)
  assert.equal(pace.readyAt(otherTopic, 0), 34_000)
  assert.equal(pace.readyAt(otherTopic, 0, 0), 34_000, 'even for what counts nothing')
  assert.ok(pace.readyAt(person, 0) <= 0)
  pace.sweep(34_000)
  assert.ok(pace.readyAt(topic, 34_000) <= 34_000)
})

test('refusals from several chats at once hold everything back', () => {
  const pace = openPace()
  for (const [index, seconds] of [30, 20, 40].entries()) pace.refused(`telegram:-${index + 1}`, seconds, 0)
  assert.equal(pace.readyAt(person, 0), 20_000)
  const calm = openPace()
  for (const index of [1, 2, 3]) calm.refused(`telegram:-${index}`, 30, index * 11_000)
  assert.ok(calm.readyAt(person, 40_000) <= 40_000, 'but not one after the other')
})

test('a chat that was refused is served more slowly for a while', () => {
  const pace = openPace()
  pace.refused(person, 1, 0)
  let [now, begun] = [1000, 1000]
  const gaps: number[] = []
  for (let round = 0; round < 40; round += 1) {
    for (let call = 0; call < 3; call += 1) pace.take(person).close(now, true)
    begun = now
    now = pace.readyAt(person, now)
    gaps.push(now - begun)
  }
  assert.ok((gaps[0] ?? 0) > 4000, `${gaps[0]} ms`)
  assert.equal(gaps.at(-1), 3000)
})

test('a clock that was set back holds nothing up', () => {
  const pace = openPace()
  times(pace, Array(20).fill(topic))
  assert.ok(pace.readyAt(topic, -1_000_000) <= 0)
})

test('the next run knows what the last one has used up, what was cut off included', () => {
  using store = tempStore()
  const open = () => new Pace(telegramBudgets, ratePeerOf, openPaceMemory(store.session('pace')))
  const before = open()
  for (let call = 0; call < 19; call += 1) before.take(topic).close(1_000_000, true)
  before.refused(person, 100, 1_000_000)
  before.save(topic)
  before.save(person)

  const after = open()
  after.restore([], 1_010_000)
  assert.ok(after.readyAt(topic, 1_010_000) <= 1_010_000)
  assert.equal(after.readyAt(person, 1_010_000), 1_100_000)
  const cutOff = open()
  cutOff.restore([otherTopic], 1_010_000)
  assert.equal(cutOff.readyAt(topic, 1_010_000), 1_060_000)

  open().restore([], 9_000_000)
  assert.deepEqual(
    [...store.session('pace').list('peer')].map(({ id }) => id),
    ['telegram:11'],
  )
})

test('what holds everything back holds back the next run, too', () => {
  using store = tempStore()
  const open = () => new Pace(telegramBudgets, ratePeerOf, openPaceMemory(store.session('pace')))
  const before = open()
  for (const chat of ['telegram:-1', 'telegram:-2', 'telegram:-3'] as const) {
    before.refused(chat, 60, 0)
    before.save(chat)
  }
  const after = open()
  after.restore([], 1000)
  assert.equal(after.readyAt('telegram:-4', 1000), 60_000)
  const later = open()
  later.restore([], 61_000)
  assert.ok(later.readyAt('telegram:-4', 61_000) <= 61_000)
})

test('a refusal is known to the next run, though the process was killed before its attempt was written down', () => {
  using store = tempStore()
  const open = () => new Pace(telegramBudgets, ratePeerOf, openPaceMemory(store.session('pace')))
  const before = open()
  before.refused(topic, 300, 1_000_000)
  const after = open()
  after.restore([topic], 1_010_000)
  assert.equal(after.readyAt(topic, 1_010_000), 1_300_000)
  assert.ok(after.readyAt(person, 1_010_000) <= 1_010_000)
})

test('a disk that takes no refusal down is no reason to send', () => {
  using store = tempStore()
  const pace = new Pace(telegramBudgets, ratePeerOf, openPaceMemory(store.session('pace')))
  store.database.run('PRAGMA query_only = ON')
  pace.refused(topic, 300, 1_000_000)
  assert.equal(pace.readyAt(topic, 1_010_000), 1_300_000)
})

test('what another version wrote about the pace is no obstacle', () => {
  using store = tempStore()
  const sessions = store.session('pace')
  sessions.set([{ type: 'peer', id: 'telegram:11', value: '{"calls":"many"}' }])
  const pace = new Pace(telegramBudgets, ratePeerOf, openPaceMemory(sessions))
  pace.restore([], 0)
  assert.ok(pace.readyAt(person, 0) <= 0)
})

const openLease = (pace: Pace, signal = new AbortController().signal) => {
  const clock = new VirtualClock(0)
  const claimed = pace.take(person)
  return { clock, lease: new Lease({ pace, chat: person, clock, signal, claimed }) }
}

test('an attempt gets the room of its claim at once, and further turns as the budgets allow', async () => {
  const { clock, lease } = openLease(openPace())
  const went: number[] = []
  let isDone = false
  const attempt = async () => {
    for (const messages of [1, 1, 1, 1, 3]) {
      const turn = await lease.turn(messages)
      went.push(clock.now())
      turn.end(true)
    }
    isDone = true
  }
  void attempt()
  await clock.runUntil(() => isDone)
  assert.deepEqual(went, [0, 0, 0, 3000, 6000])
})

test('who waits for a turn is not overtaken by who comes later', async () => {
  const pace = openPace()
  const { clock, lease } = openLease(pace)
  times(pace, [person, person])
  ;(await lease.turn()).end(true)
  const second = lease.turn()
  assert.equal(pace.readyAt(person, 0), 3000)
  assert.equal(pace.readyAt(person, 0, 3), 6000)
  let isDone = false
  void second.then(() => {
    isDone = true
  })
  await clock.runUntil(() => isDone)
})

test('albums that wait for one chat go one after the other, and do not put each other off', async () => {
  const pace = openPace()
  const { clock, lease } = openLease(pace)
  const went: [string, number][] = []
  const albums = ['first', 'second', 'third'].map(async name => {
    const own = new Lease({ pace, chat: person, clock, signal: new AbortController().signal })
    const turn = await own.turn(4)
    went.push([name, clock.now()])
    turn.end(true)
  })
  ;(await lease.turn()).end(true)
  await clock.runUntil(() => went.length === 3 || clock.now() > 60_000)
  assert.deepEqual(went, [
    ['first', 3000],
    ['second', 7000],
    ['third', 11_000],
  ])
  await Promise.all(albums)
})

test('a turn that is waited for when the process stops was not taken', async () => {
  const pace = openPace()
  const stop = new AbortController()
  const { lease } = openLease(pace, stop.signal)
  times(pace, [person, person])
  ;(await lease.turn()).end(true)
  const waiting = lease.turn()
  stop.abort()
  await assert.rejects(waiting, { name: 'DeliveryError', verdict: { kind: 'wait', seconds: 0 } })
})

/** A gate that the test opens. */
const openGate = () => {
  const waiting: (() => void)[] = []
  return {
    isFree: false,
    isIn: false,
    enter() {
      this.isIn ||= this.isFree
      return this.isIn
    },
    opens: () => new Promise<void>(resolve => waiting.push(resolve)),
    leave() {
      this.isIn = false
    },
    open() {
      this.isFree = true
      for (const tell of waiting.splice(0)) tell()
    },
  }
}

test('who waits for a place behind a gate holds no room back, and no place while it waits for its room', async () => {
  const pace = openPace()
  const { clock, lease } = openLease(pace)
  const gate = openGate()
  let turn: Turn | undefined
  void lease.turn(1, gate).then(got => {
    turn = got
  })
  await clock.sleep(0, AbortSignal.abort())
  assert.ok(lease.isResting)
  times(pace, [person, person])
  assert.ok(pace.readyAt(topic, 0) <= 0)
  assert.equal(pace.readyAt(person, 0), 3000, 'it is planned')
  assert.ok(pace.readyAt(person, 3000) <= 3000, 'and does not count for ever')
  pace.take(person).close(0, true)
  gate.open()
  await new Promise(resolve => setImmediate(resolve))
  assert.ok(!gate.isIn, 'its chat has had its burst')
  await clock.runUntil(() => turn !== undefined)
  assert.deepEqual([clock.now(), gate.isIn, lease.isResting], [3000, true, false])
  turn?.end(true)
  assert.ok(!gate.isIn)
})

test('what went out after a long wait behind a gate counts', async () => {
  const pace = openPace()
  const { clock, lease } = openLease(pace)
  const gate = openGate()
  const waiting = lease.turn(3, gate)
  await clock.sleep(0, AbortSignal.abort())
  void clock.sleep(600_000)
  await clock.runUntil(() => clock.now() >= 600_000)
  pace.sweep(clock.now())
  gate.open()
  ;(await waiting).end(true)
  assert.equal(pace.readyAt(person, clock.now()), 603_000)
})

test('an attempt that is over gets no turn any more', async () => {
  const { lease } = openLease(openPace())
  lease.end()
  const gate = openGate()
  gate.open()
  await assert.rejects(lease.turn(0, gate), { name: 'DeliveryError' })
  assert.ok(!gate.isIn)
})

test('an attempt that called nobody gives its room back', () => {
  const pace = openPace()
  const { lease } = openLease(pace)
  times(pace, [person, person])
  lease.end()
  assert.ok(pace.readyAt(person, 0) <= 0)
})

test('what comes fresh in a quiet topic overtakes the backlog of a busy one, never anything in its own', async () => {
  const busy = Array.from(
    { length: 60 },
    (_, index): Arrival => ({ at: index, lane: 'school', target: topic, calls: [1] }),
  )
  const fresh = [5000, 5001, 30_000].map(
    (at): Arrival => ({ at, lane: 'mum', target: otherTopic, calls: [1] }),
  )
  const { shownAt, refusals } = await drain([...busy, ...fresh])
  assert.equal(refusals, 0)
  const [quick = 0, next = 0, later = 0] = shownAt.slice(60)
  const inSchool = shownAt.slice(0, 60)
  assert.deepEqual(
    inSchool,
    inSchool.toSorted((a, b) => a - b),
  )
  assert.ok(quick < 7000 && quick < next, `${quick} ms, ${next} ms`)
  // The group has had its twenty of the first minute by then; the next one is for whoever waited least.
  assert.ok(later < 61_000, `${later} ms`)
  assert.ok(inSchool.filter(at => at > 30_000 && at < later).length === 0)
})

test('where the true limit is lower than known, the refusals grow rare', async () => {
  const generous = telegramBudgets.map(budget => (budget.seconds === 60 ? { ...budget, count: 30 } : budget))
  const arrivals = Array.from(
    { length: 150 },
    (): Arrival => ({ at: 0, lane: 'family', target: topic, calls: [1] }),
  )
  const { refusals, impatient } = await drain(arrivals, { budgets: generous })
  assert.ok(refusals > 0 && refusals <= 3, `${refusals} refusals`)
  assert.equal(impatient, 0)
})
