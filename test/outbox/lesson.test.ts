import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { Pace } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { tempStore } from '../store/temp-store.ts'
import { keptPace } from './kept-pace.ts'

const group: ChatRef = 'telegram:-1001'
const minute = 60_000
const openPace = () => new Pace(telegramBudgets, ratePeerOf)

/** What a server makes of a call: 0 takes it, anything else refuses it for so many milliseconds. */
type Server = (now: number, passed: readonly number[]) => number

const takesAll: Server = () => 0

/** Takes so many a minute. */
const takes =
  (count: number): Server =>
  (now, passed) => {
    const recent = passed.filter(at => at > now - minute)
    return recent.length < count ? 0 : (recent.at(-count) ?? now) + minute - now
  }

interface Busy {
  /** Minutes. */
  readonly from?: number
  readonly minutes: number
  /** How many topics of the group have something to send all the time; a call of one is on its way for 100 ms. */
  readonly lanes?: number
}

/** Calls this server for the group, as fast as the pace allows. */
const keepBusy = (pace: Pace, server: Server, { from = 0, minutes, lanes = 1 }: Busy) => {
  const [passed, refused]: [number[], number[]] = [[], []]
  const end = (from + minutes) * minute
  let now = from * minute
  const free = Array.from({ length: lanes }, (_, lane) => `telegram:-1001/${lane + 2}` as const)
  let steps: { readonly at: number; run(): void }[] = []
  const send = (chat: (typeof free)[number]): void => {
    const room = pace.take(chat)
    let wait = 0
    const arrive = () => {
      wait = server(now, passed)
      ;(wait > 0 ? refused : passed).push(now)
    }
    const finish = () => {
      if (wait > 0) room.refuse(now, Math.ceil(wait / 1000))
      else room.close(now, true)
      assert.ok(wait === 0 || pace.readyAt(chat, now) >= now + wait, 'it is waited for')
      free.push(chat)
      pace.sweep(now)
    }
    steps.push({ at: now + 50, run: arrive }, { at: now + 100, run: finish })
  }
  while (now < end) {
    for (let chat = free[0]; chat !== undefined && pace.readyAt(chat, now) <= now; chat = free[0])
      send(free.shift() ?? chat)
    const next = free[0] === undefined ? Number.POSITIVE_INFINITY : pace.readyAt(free[0], now)
    now = Math.min(next, ...steps.map(({ at }) => at))
    const due = steps.filter(({ at }) => at <= now)
    steps = steps.filter(({ at }) => at > now)
    for (const { run } of due) run()
  }
  return { passed, refused }
}

for (const lanes of [1, 2, 3, 6])
  test(`where the true limit is a third lower, it is asked for ever more seldom, and the rest is used, with ${lanes} lanes`, () => {
    const { passed, refused } = keepBusy(openPace(), takes(13), { minutes: 600, lanes })
    // Those of several lanes are refused together.
    const first = refused.filter((at, index) => at - (refused[index - 1] ?? -1000) >= 1000)
    const gaps = first.map((at, index) => (at - (first[index - 1] ?? 0)) / minute)
    assert.ok(gaps.length < 18, `${gaps.map(Math.round)}`)
    assert.ok(Math.min(...gaps.slice(8)) > 59, `${gaps.map(Math.round)}`)
    assert.ok(passed.length > 600 * 13 * 0.99, `${passed.length} passed`)
  })

test('where a limit of 13 a minute comes back bit by bit, refusals are few, and the rest is used', () => {
  let [left, last] = [20, 0]
  const refilled: Server = now => {
    left = Math.min(20, left + ((now - last) / minute) * 13)
    last = now
    if (left < 1) return ((1 - left) / 13) * minute
    left -= 1
    return 0
  }
  const { passed, refused } = keepBusy(openPace(), refilled, { minutes: 600, lanes: 3 })
  assert.ok(refused.length < 600, `${refused.length} refused`)
  assert.ok(passed.length > 600 * 13 * 0.99, `${passed.length} passed`)
})

test('refusals that come whatever goes, one a minute, slow nothing down', () => {
  let next = 10 * minute
  const moody: Server = now => {
    if (now < next) return 0
    next += minute
    return 2000
  }
  const { passed, refused } = keepBusy(openPace(), moody, { minutes: 600 })
  assert.ok(refused.length > 550, `${refused.length} refused`)
  assert.ok(passed.length > 600 * 20 * 0.97, `${passed.length} passed`)
})

test('a twentieth of all calls refused by chance slows next to nothing down', () => {
  let random = 1
  const moody: Server = () => {
    random = (random * 48271) % 2147483647
    return random % 20 === 0 ? 1000 : 0
  }
  const { passed, refused } = keepBusy(openPace(), moody, { minutes: 600 })
  assert.ok(refused.length > 450, `${refused.length} refused`)
  assert.ok(passed.length > 600 * 20 * 0.95, `${passed.length} passed`)
})

test('that a limit is lower than it was is learned, and that it is no more', () => {
  const pace = openPace()
  keepBusy(pace, takesAll, { minutes: 10 })
  const low = keepBusy(pace, takes(10), { from: 10, minutes: 10 })
  assert.ok(low.refused.length <= 5, `${low.refused.length} refusals`)
  const high = keepBusy(pace, takesAll, { from: 20, minutes: 60 })
  assert.ok(high.passed.length > 50 * 20, `${high.passed.length} passed`)
})

/** The calls of the last minute; then one is refused, one fewer passes, and one is refused again. */
const teach = (pace: Pace, chat: ChatRef, calls: number): void => {
  const passes = (at: number) => pace.take(chat).close(at, true)
  for (let call = 0; call < calls; call += 1) passes(call * 1000)
  pace.take(chat).refuse(calls * 1000, 1)
  passes(60_500)
  pace.take(chat).refuse(60_600, 1)
}

test('the first of all calls, and one that counts as no message, teach nothing where they are refused', () => {
  const pace = openPace()
  for (const now of [0, 5000]) pace.take(group).refuse(now, 2)
  for (let call = 0; call < 10; call += 1) pace.take(group).close(10_000 + call * 1000, true)
  for (const now of [20_000, 30_000]) pace.take(group, 0).refuse(now, 2)
  assert.equal(pace.readyAt(group, 30_000), 32_000)
  assert.equal(pace.leftInMinute(group, 90_000), 20)
})

test('what was refused and then passes was not the limit', () => {
  const pace = openPace()
  teach(pace, group, 10)
  assert.equal(pace.leftInMinute(group, 200_000), 10)
  const calm = openPace()
  for (let call = 0; call < 10; call += 1) calm.take(group).close(call * 1000, true)
  for (const now of [10_000, 12_000, 14_000]) {
    calm.take(group).refuse(now, 1)
    calm.take(group).close(now + 1000, true)
  }
  assert.equal(calm.leftInMinute(group, 200_000), 20)
})

test('what nobody knows to have passed says nothing of how much may', () => {
  const pace = openPace()
  for (let call = 0; call < 10; call += 1) pace.take(group).close(call * 1000, true)
  pace.take(group).refuse(10_000, 1)
  pace.take(group).close(12_000, 'lost')
  pace.take(group).close(80_000, true)
  pace.take(group).refuse(80_500, 1)
  assert.equal(pace.leftInMinute(group, 200_000), 5)
})

test('what was taught is forgotten in time, also where nothing has passed that shows it: one refusal is for any reason then', () => {
  const after = (minutes: number) => {
    const pace = openPace()
    teach(pace, group, 10)
    const now = minutes * minute
    for (let call = 0; call < 10; call += 1) pace.take(group).close(now + call * 1000, true)
    pace.take(group).refuse(now + 11_000, 1)
    return pace.leftInMinute(group, now + 120_000)
  }
  assert.deepEqual([after(6), after(10)], [10, 20])
})

test('refusals with nothing passed in between are one', () => {
  const pace = openPace()
  for (let call = 0; call < 10; call += 1) pace.take(group).close(call * 1000, true)
  for (const now of [20_000, 22_000, 24_000]) pace.take(group).refuse(now, 1)
  assert.equal(pace.leftInMinute(group, 100_000), 20)
})

test('the next run knows what refusals have taught', () => {
  using store = tempStore()
  const open = (ahead: number) => keptPace(store, ahead)
  teach(open(1_000_000), group, 10)
  const after = open(0)
  after.restore([], { now: 1_070_000 })
  assert.equal(after.leftInMinute(group, 1_200_000), 10)
  assert.equal(after.leftInMinute(group, 1_060_000 + 240_000 + 1000), 20)
})
