import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPaceMemory, Pace } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { tempStore } from '../store/temp-store.ts'

const group = 'telegram:-1001'
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

/** Calls this server for the group, one call after the other, as fast as the pace allows, from then on for so many minutes. */
const keepBusy = (pace: Pace, server: Server, { from = 0, minutes }: { from?: number; minutes: number }) => {
  const [passed, refused]: [number[], number[]] = [[], []]
  const end = (from + minutes) * minute
  for (let now = from * minute; ; now = Math.max(now, pace.readyAt(group, now))) {
    if (now >= end) return { passed, refused }
    const wait = server(now, passed)
    if (wait > 0) {
      refused.push(now)
      pace.take(group).refuse(now, Math.ceil(wait / 1000))
      assert.ok(pace.readyAt(group, now) >= now + wait, 'it is waited for')
    } else {
      passed.push(now)
      pace.take(group).close(now, true)
    }
    pace.sweep(now)
  }
}

test('where the true limit is a third lower, it is asked for ever more seldom, and the rest is used', () => {
  const { passed, refused } = keepBusy(openPace(), takes(13), { minutes: 600 })
  const gaps = refused.map((at, index) => (at - (refused[index - 1] ?? 0)) / minute)
  assert.ok(gaps.length < 18, `${gaps.map(Math.round)}`)
  assert.ok(Math.min(...gaps.slice(8)) > 59, `${gaps.map(Math.round)}`)
  assert.ok(passed.length > 600 * 13 * 0.97, `${passed.length} passed`)
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
  assert.ok(passed.length > 600 * 20 * 0.95, `${passed.length} passed`)
})

test('that a limit is lower than it was is learned, and that it is no more', () => {
  const pace = openPace()
  keepBusy(pace, takesAll, { minutes: 10 })
  const low = keepBusy(pace, takes(10), { from: 10, minutes: 10 })
  assert.ok(low.refused.length <= 5, `${low.refused.length} refusals`)
  const high = keepBusy(pace, takesAll, { from: 20, minutes: 60 })
  assert.ok(high.passed.length > 45 * 20, `${high.passed.length} passed`)
})

test('the first of all calls, and one that counts as no message, teach nothing where they are refused', () => {
  const pace = openPace()
  pace.take(group).refuse(0, 2)
  for (const now of [10_000, 20_000]) pace.take(group, 0).refuse(now, 2)
  assert.equal(pace.readyAt(group, 20_000), 22_000)
  assert.equal(pace.leftInMinute(group, 22_000), 20)
})

test('what nobody knows to have passed says nothing of how much may', () => {
  const pace = openPace()
  for (let call = 0; call < 10; call += 1) pace.take(group).close(call * 1000, 'lost')
  pace.take(group).refuse(20_000, 2)
  assert.equal(pace.leftInMinute(group, 100_000), 10)
  assert.equal(pace.leftInMinute(group, 141_000), 20)
})

test('refusals with nothing passed in between are one', () => {
  const pace = openPace()
  for (let call = 0; call < 10; call += 1) pace.take(group).close(call * 1000, 'lost')
  for (const now of [20_000, 22_000, 24_000]) pace.take(group).refuse(now, 2)
  assert.equal(pace.leftInMinute(group, 139_000), 10)
  assert.equal(pace.leftInMinute(group, 141_000), 20)
})

test('the next run knows what refusals have taught, and what passed since', () => {
  using store = tempStore()
  const open = (ahead: number) =>
    new Pace(
      telegramBudgets,
      ratePeerOf,
      openPaceMemory(store.session('pace'), () => ahead),
    )
  const [taught, untaught] = ['telegram:-1', 'telegram:-2'] as const
  const before = open(1_000_000)
  for (let call = 0; call < 10; call += 1) {
    before.take(taught).close(call * 1000, 'lost')
    before.take(untaught).close(call * 1000, true)
  }
  before.take(taught).refuse(20_000, 2)
  before.save(untaught)
  const after = open(0)
  after.restore([], { now: 1_025_000 })
  assert.equal(after.leftInMinute(taught, 1_080_000), 10)
  assert.equal(after.leftInMinute(taught, 1_141_000), 20)
  after.take(untaught).refuse(1_065_000, 2)
  assert.equal(after.leftInMinute(untaught, 1_080_000), 20)
})
