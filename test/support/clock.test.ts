import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/support/clock.ts'

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
