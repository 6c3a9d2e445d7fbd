import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Holds } from '../../src/outbox/holds.ts'

test('what a network took by a clock that was ahead says nothing of who passes', () => {
  const holds = new Holds(() => 0.5)
  const hasTaken = (since: number, now: number): boolean => {
    holds.forgetAfter(now)
    return holds.hasTaken('telegram', since)
  }
  holds.took('telegram', 1000)
  assert.equal(hasTaken(900, 1000), true)
  assert.equal(hasTaken(1000, 2000), false)
  assert.equal(holds.hasTaken('whatsapp', 0), false)
  // The clock was set back by an hour, and is there again.
  assert.equal(hasTaken(400, 500), false)
  assert.equal(hasTaken(900, 1500), false)
})
