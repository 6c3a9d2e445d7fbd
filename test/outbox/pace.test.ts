import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { Turn } from '../../src/bridge/network.ts'
import { Lease, openPaceMemory, Pace } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { tooManyRequests } from '../simulators/telegram/errors.ts'
import { tempStore } from '../store/temp-store.ts'
import { type Arrival, drain } from './drain.ts'
import { keptPace } from './kept-pace.ts'
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
  pace.take(topic).refuse(0, 34)
  assert.equal(pace.readyAt(otherTopic, 0), 34_000)
  assert.equal(pace.readyAt(otherTopic, 0, 0), 34_000, 'even for what counts nothing')
  assert.ok(pace.readyAt(person, 0) <= 0)
  pace.sweep(34_000)
  assert.ok(pace.readyAt(topic, 34_000) <= 34_000)
})

test('refusals from several chats at once hold everything back', () => {
  const pace = openPace()
  for (const [index, seconds] of [30, 20, 40].entries())
    pace.take(`telegram:-${index + 1}`).refuse(0, seconds)
  assert.equal(pace.readyAt(person, 0), 20_000)
  const calm = openPace()
  for (const index of [1, 2, 3]) calm.take(`telegram:-${index}`).refuse(index * 11_000, 30)
  assert.ok(calm.readyAt(person, 40_000) <= 40_000, 'but not one after the other')
})

test('after a restart, what went out later than now by a clock that was wrong holds nothing up', () => {
  using store = tempStore()
  const open = () => keptPace(store)
  const before = open()
  before.take(person, 10).close(1_000_000, true)
  before.save(person)
  const after = open()
  after.restore([], { now: 900_000 })
  assert.ok(after.readyAt(person, 900_000) <= 900_000)
})

test('a call whose answer was lost may be counted for a while yet, also after a restart', async () => {
  using store = tempStore()
  const open = () => keptPace(store)
  const pace = open()
  const { lease } = openLease(pace)
  ;(await lease.turn(3)).lost()
  assert.equal(pace.readyAt(person, 0), 8000)
  pace.save(person)
  const after = open()
  after.restore([], { now: 1000, countedBy: 6000 })
  assert.equal(after.readyAt(person, 1000), 8000)
})

test('the next run knows what the last one has used up, what was cut off included', () => {
  using store = tempStore()
  const open = () => keptPace(store)
  const before = open()
  for (let call = 0; call < 19; call += 1) before.take(topic).close(1_000_000, true)
  before.take(person).refuse(1_000_000, 100)
  before.save(topic)
  before.save(person)

  const after = open()
  after.restore([], { now: 1_010_000 })
  assert.ok(after.readyAt(topic, 1_010_000) <= 1_010_000)
  assert.equal(after.readyAt(person, 1_010_000), 1_100_000)
  const cutOff = open()
  cutOff.restore([otherTopic], { now: 1_010_000 })
  assert.equal(cutOff.readyAt(topic, 1_010_000), 1_060_000)

  open().restore([], { now: 9_000_000 })
  assert.deepEqual([...store.session('pace').list('peer')], [])
})

test('what holds everything back holds back the next run, too', () => {
  using store = tempStore()
  const open = () => keptPace(store)
  const before = open()
  for (const chat of ['telegram:-1', 'telegram:-2', 'telegram:-3'] as const) {
    before.take(chat).refuse(0, 60)
    before.save(chat)
  }
  const after = open()
  after.restore([], { now: 1000 })
  assert.equal(after.readyAt('telegram:-4', 1000), 60_000)
  const later = open()
  later.restore([], { now: 61_000 })
  assert.ok(later.readyAt('telegram:-4', 61_000) <= 61_000)
})

test('a refusal is known to the next run, though the process was killed before its attempt was written down', () => {
  using store = tempStore()
  const open = () => keptPace(store)
  const before = open()
  before.take(topic).refuse(1_000_000, 300)
  const after = open()
  after.restore([topic], { now: 1_010_000 })
  assert.equal(after.readyAt(topic, 1_010_000), 1_300_000)
  assert.ok(after.readyAt(person, 1_010_000) <= 1_010_000)
})

test('a disk that takes no refusal down is no reason to send', () => {
  using store = tempStore()
  const pace = keptPace(store)
  store.database.run('PRAGMA query_only = ON')
  pace.take(topic).refuse(1_000_000, 300)
  assert.equal(pace.readyAt(topic, 1_010_000), 1_300_000)
})

/** Sends these calls in one attempt, the last of which never ends, since the process is killed; returns when that is. */
const killedIn = async (pace: Pace, calls: readonly number[]): Promise<number> => {
  const clock = new VirtualClock(1_000_000)
  const signal = new AbortController().signal
  const lease = new Lease({ pace, chat: topic, clock, signal, claimed: pace.take(topic) })
  let isLast = false
  const attempt = async () => {
    for (const [index, messages] of calls.entries()) {
      const turn = await lease.turn(messages)
      if (index < calls.length - 1) turn.end(true)
    }
    isLast = true
  }
  void attempt()
  await clock.runUntil(() => isLast)
  return clock.now() + 2000
}

for (const [what, calls] of [
  ['a job of nine calls', Array<number>(9).fill(1)],
  ['an album of ten', [10]],
  ['an album of ten and nine more pictures', [10, 9]],
] as const) {
  test(`killed in ${what}, the next run knows what that has used up`, async () => {
    using store = tempStore()
    const open = () => keptPace(store)
    const killed = await killedIn(open(), calls)
    const after = open()
    after.restore([topic], { now: killed })
    const used = calls.reduce((sum, messages) => sum + messages, 0)
    let sent = 0
    // The first call went out at 1_000_000; the last one may have been counted at the time of the kill.
    for (let now = killed; now < 1_060_000; now += 50) {
      if (after.readyAt(topic, now) > now) continue
      after.take(topic).close(now, true)
      sent += 1
    }
    assert.ok(used + sent <= 20 && used + sent >= 19, `${used} and ${sent}`)
  })
}

test('a call whose end is known is not written down as under way', async () => {
  using store = tempStore()
  const open = () => keptPace(store)
  const before = open()
  const lease = new Lease({
    pace: before,
    chat: person,
    clock: new VirtualClock(1_000_000),
    signal: new AbortController().signal,
  })
  ;(await lease.turn(3)).end(false)
  lease.end()
  before.take(person).close(1_000_000, true)
  before.save(person)
  const after = open()
  after.restore([], { now: 1_000_000 })
  assert.ok(after.readyAt(person, 1_000_000, 2) <= 1_000_000)
})

test('what another version wrote about the pace is no obstacle', () => {
  using store = tempStore()
  const sessions = store.session('pace')
  sessions.set([{ type: 'peer', id: 'telegram:11', value: '{"calls":"many"}' }])
  const pace = new Pace(telegramBudgets, ratePeerOf, openPaceMemory(sessions))
  pace.restore([], { now: 0 })
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

test('what was claimed before a refusal is held back by it, too', async () => {
  const pace = openPace()
  const { clock, lease } = openLease(pace)
  pace.take(person).refuse(0, 30)
  let went: number | undefined
  void lease.turn().then(turn => {
    went = clock.now()
    turn.end(true)
  })
  await clock.runUntil(() => went !== undefined)
  assert.equal(went, 30_000)
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

/** An album of four that waits for its places. */
const planAlbum = (pace: Pace, now: number) => {
  const at = pace.readyAt(person, now, 4)
  return { at, room: pace.take(person, 4, at) }
}

test('where its places would stand empty while an album waits, single messages go before it, until they come free at the pace', () => {
  const pace = openPace()
  pace.take(person).close(0, true)
  const { at, room } = planAlbum(pace, 100)
  assert.equal(at, 3000)
  for (let single = 0; single < 2; single += 1) {
    assert.ok(pace.readyAt(person, 100) <= 100)
    pace.take(person).close(100, true)
  }
  assert.equal(pace.readyAt(person, 100, 4, room), 3100)
  room.putOff(3100)
  assert.equal(pace.readyAt(person, 3000), 6100)
  room.begin()
  room.close(3100, true)
  assert.equal(pace.readyAt(person, 3100), 6100)
})

test('what comes free at the pace is left to the album', () => {
  const pace = openPace()
  for (const at of [0, 1000, 2000]) pace.take(person).close(at, true)
  assert.equal(planAlbum(pace, 2000).at, 5000)
  assert.equal(pace.readyAt(person, 3000), 8000)
})

test('however long something is under way, no more go before an album than the chat has places', () => {
  const pace = openPace()
  const long = pace.take(person)
  const { room } = planAlbum(pace, 0)
  for (const now of [0, 0, 3000]) {
    assert.ok(pace.readyAt(person, now) <= now)
    pace.take(person).close(now, true)
  }
  assert.ok(pace.readyAt(person, 3000) >= 6000)
  long.close(20_000, true)
  assert.equal(pace.readyAt(person, 20_000, 4, room), 23_000)
})

test('two albums keep their order, and a single message goes before both', () => {
  const pace = openPace()
  pace.take(person).close(0, true)
  const [first, second] = [planAlbum(pace, 0), planAlbum(pace, 0)]
  assert.deepEqual([first.at, second.at], [3000, 7000])
  assert.ok(pace.readyAt(person, 0) <= 0)
  pace.take(person).close(0, true)
  assert.equal(pace.readyAt(person, 0, 4, second.room), 7000)
})

test('what the claim of an album took is free at once for those that it lets go first', async () => {
  const arrivals = [
    { at: 0, lane: 'ann', calls: [1] },
    { at: 0, lane: 'bob', calls: [1] },
    { at: 200, lane: 'bob', calls: [4] },
    { at: 200, lane: 'eve', calls: [1] },
  ].map(({ lane, ...each }): Arrival => ({ ...each, lane, target: `telegram:-1001/${lane.charCodeAt(0)}` }))
  const { shownAt, refusals } = await drain(arrivals)
  const [, , album = 0, single = 0] = shownAt
  assert.equal(refusals, 0)
  assert.ok(single < 1000 && album < 4000, `${single} ms, and the album ${album} ms`)
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

test('a clock that is set forward ends no window', async () => {
  const arrivals = Array.from(
    { length: 40 },
    (): Arrival => ({ at: 0, lane: 'family', target: topic, calls: [1] }),
  )
  const { refusals, shownAt } = await drain(arrivals, { setForward: { at: 25_000, by: 3_600_000 } })
  assert.equal(refusals, 0)
  assert.ok((shownAt[20] ?? 0) > 60_000 && (shownAt[39] ?? 0) < 82_000, `${shownAt[20]} ${shownAt[39]}`)
})

test('a clock that is set forward ends no penalty', async () => {
  let refused = false
  const { refusals, impatient, shownAt } = await drain(
    [{ at: 0, lane: 'family', target: topic, calls: [1] }],
    {
      setForward: { at: 2000, by: 3_600_000 },
      limits: rates => ({
        take(chat, count) {
          if (refused) return rates.take(chat, count)
          refused = true
          throw tooManyRequests(300)
        },
      }),
    },
  )
  assert.deepEqual([refusals, impatient], [1, 0])
  assert.ok((shownAt[0] ?? 0) >= 300_000, `${shownAt[0]} ms`)
})

test('the next run knows it, though the clock was set in between', () => {
  using store = tempStore()
  const open = (ahead: number) => keptPace(store, ahead)
  const before = open(3_600_000)
  before.take(person, 10).close(1_000_000, true)
  before.take(topic).refuse(1_000_000, 300)
  before.save(person)
  const after = open(0)
  after.restore([], { now: 4_600_000 })
  assert.equal(after.readyAt(topic, 4_600_000), 4_900_000)
  assert.equal(after.readyAt(person, 4_600_000), 4_608_000)
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
