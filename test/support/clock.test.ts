import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeClock, systemClock, ToldTime, watchLeaps } from '../../src/support/clock.ts'

test('a sleep lasts as long as it was asked to', async () => {
  const start = performance.now()
  await systemClock.sleep(20)
  assert.ok(performance.now() - start >= 19)
})

test('an abort ends a sleep at once, before or while it lasts', async () => {
  const start = performance.now()
  await systemClock.sleep(60_000, AbortSignal.abort())
  const stop = new AbortController()
  const sleeping = systemClock.sleep(60_000, stop.signal)
  stop.abort()
  await sleeping
  assert.ok(performance.now() - start < 10_000)
})

const HOUR = 3_600_000

/** Clocks that the test moves. */
const handClocks = () => {
  const at = { wall: 1_790_000_000_000, steady: 0 }
  return {
    clocks: { wall: () => at.wall, steady: () => at.steady },
    pass(milliseconds: number) {
      at.wall += milliseconds
      at.steady += milliseconds
    },
    set(milliseconds: number) {
      at.wall += milliseconds
    },
  }
}

test('steady time knows nothing of a clock that is set', () => {
  const { clocks, pass, set } = handClocks()
  const clock = makeClock(clocks)
  const begin = clock.now()
  assert.equal(clock.steady(), begin)
  pass(1000.5)
  set(HOUR)
  assert.equal(clock.steady(), begin + 1000)
  set(-2 * HOUR)
  pass(1000)
  clock.goOnFrom(begin + 2 * HOUR)
  assert.equal(clock.steady(), begin + 2000)
})

test('time follows a clock that is set forward, and goes on when it is set back', () => {
  const { clocks, pass, set } = handClocks()
  const clock = makeClock(clocks)
  const begin = clock.now()
  pass(1000)
  assert.equal(clock.now() - begin, 1000)
  set(HOUR)
  assert.equal(clock.now() - begin, HOUR + 1000)
  pass(5000)
  set(-2 * HOUR)
  assert.equal(clock.now() - begin, HOUR + 6000)
  pass(5000)
  assert.equal(clock.now() - begin, HOUR + 11_000)
  set(2 * HOUR)
  assert.equal(clock.now() - begin, HOUR + 11_000, 'that it is set right again is no leap')
  pass(0.25)
  set(-HOUR)
  pass(0.25)
  assert.ok(Number.isInteger(clock.now()))
  set(-100)
  assert.equal(
    clock.now() - begin,
    HOUR + 11_000,
    'a time server’s little step is no leap, and never runs back',
  )
})

test('a clock goes on from where that of the last run was, unless that is nonsense', () => {
  const { clocks, pass } = handClocks()
  const begin = clocks.wall()
  const clock = makeClock(clocks)
  clock.goOnFrom(begin + 25 * HOUR)
  clock.goOnFrom(0)
  assert.equal(clock.now(), begin)
  clock.goOnFrom(begin + HOUR)
  pass(1000)
  assert.equal(clock.now(), begin + HOUR + 1000)
})

test('a told time goes on whatever becomes of the machine’s own, and is never ahead', () => {
  const { clocks, pass, set } = handClocks()
  const time = new ToldTime(clocks)
  assert.equal(time.now, undefined)
  time.tellAtLeast(5_000_000)
  time.tell(Number.NaN)
  assert.equal(time.now, undefined)
  time.tell(5_000_000)
  pass(1500)
  for (const leap of [HOUR, -2 * HOUR]) {
    set(leap)
    assert.equal(time.now, 5_001_500)
  }
  // Whole seconds say nothing new when they are a little less.
  time.tell(5_000_000)
  assert.equal(time.now, 5_001_500)
  time.tellAtLeast(5_000_000)
  assert.equal(time.now, 5_001_500)
  // The machine has slept.
  time.tellAtLeast(5_000_000 + HOUR)
  assert.equal(time.now, 5_000_000 + HOUR)
  time.tellAtLeast(5_000_000 + 48 * HOUR)
  assert.equal(time.now, 5_000_000 + HOUR)
  time.tell(5_000_000)
  assert.equal(time.now, 5_000_000)
})

test('a leap of either clock is noticed, a late timer is not', async () => {
  const { clocks, pass, set } = handClocks()
  const stop = new AbortController()
  let leaps = 0
  watchLeaps(
    () => {
      leaps += 1
    },
    { signal: stop.signal, clocks, every: 5 },
  )
  const look = () => new Promise(resolve => setTimeout(resolve, 30))
  pass(15_000)
  await look()
  assert.equal(leaps, 0)
  set(HOUR)
  await look()
  assert.equal(leaps, 1)
  set(-HOUR)
  await look()
  pass(60_000)
  await look()
  assert.equal(leaps, 3)
  stop.abort()
  set(HOUR)
  await look()
  assert.equal(leaps, 3)
})
