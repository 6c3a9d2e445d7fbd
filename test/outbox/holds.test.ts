import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Holds } from '../../src/outbox/holds.ts'

test('what a network took by a clock that was ahead says nothing of who passes', () => {
  const holds = new Holds(() => 0.5)
  holds.took('telegram', 1000)
  assert.equal(holds.hasTaken('telegram', { since: 900, now: 1000 }), true)
  assert.equal(holds.hasTaken('telegram', { since: 1000, now: 2000 }), false)
  assert.equal(holds.hasTaken('whatsapp', { since: 0, now: 2000 }), false)
  // The clock was set back by an hour, and is there again.
  assert.equal(holds.hasTaken('telegram', { since: 400, now: 500 }), false)
  assert.equal(holds.hasTaken('telegram', { since: 900, now: 1500 }), false)
})
