import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faults } from '../../scripts/soak/faults.ts'
import { compare } from '../../scripts/soak/judge.ts'
import { soak } from '../../scripts/soak/run-soak.ts'

test('whatever goes wrong, each message arrives once and in order, both ways', async () => {
  const {
    faults: counts,
    toTelegram,
    toWhatsApp,
    clean,
  } = await soak({ forMs: 30_000, chats: 4, every: 1000 })
  assert.ok(clean, JSON.stringify({ toTelegram, toWhatsApp, faults: [...counts] }))
  assert.ok(toTelegram.sent >= 8 && toWhatsApp.sent >= 1)
  const struck = [...counts.values()].filter(times => times > 0).length
  assert.ok(struck >= Object.keys(faults).length / 2, `only ${struck} kinds of faults struck`)
})

test('the judge sees what is lost, doubled and out of order', () => {
  assert.deepEqual(compare(['a', 'b', 'c'], ['a', 'b', 'c']), { sent: 3, lost: 0, doubled: 0, disordered: 0 })
  assert.deepEqual(compare(['a', 'b', 'c'], ['a', 'c']), { sent: 3, lost: 1, doubled: 0, disordered: 0 })
  assert.deepEqual(compare(['a', 'b', 'c'], ['a', 'b', 'b', 'c']), {
    sent: 3,
    lost: 0,
    doubled: 1,
    disordered: 0,
  })
  assert.deepEqual(compare(['a', 'b', 'c'], ['b', 'a', 'c']), { sent: 3, lost: 0, doubled: 0, disordered: 1 })
})
