import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, tally } from '../../scripts/soak/judge.ts'
import { report } from '../../scripts/soak/report.ts'
import { metOf, soak } from '../../scripts/soak/run-soak.ts'

test('whatever goes wrong, each message arrives once, in order and as it was in the end, both ways', async () => {
  const outcome = await soak({ forMs: 30_000, chats: 4, every: 600, least: 20 })
  const { faults, waiting, verdicts, surprises, clean } = outcome
  const { telegram, whatsapp } = verdicts
  assert.ok(clean, JSON.stringify({ telegram, whatsapp, surprises, faults: [...faults] }, null, 2))
  const sent = telegram.order.sent + whatsapp.order.sent
  assert.ok(sent >= 15, `only ${sent} messages were sent`)
  const kinds = [...faults.values()].filter(times => times > 0).length
  assert.ok(kinds >= 15, `only ${kinds} kinds of faults were brought about or planned`)
  // What was planned for something that did not come any more has not struck.
  const met = metOf(faults, waiting)
  assert.ok(met >= 15, `only ${met} faults met something`)
  assert.match(report({ ...outcome, waiting: waiting + 1 }), new RegExp(`^all of it +${met - 1}$`, 'm'))
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

test('the judge sees what is not as it was in the end', () => {
  const checks = [
    { sort: 'file', word: 'a', wanted: 'its bytes', found: 'others' },
    { sort: 'edited', word: 'b', wanted: '2', found: '1' },
    { sort: 'edited', word: 'c', wanted: '1', found: '1' },
    { sort: 'deleted', word: 'd', wanted: 'gone', found: 'there' },
    { sort: 'reaction', word: 'e', wanted: '', found: '👍' },
  ] as const
  assert.deepEqual(tally(checks), {
    file: { count: 1, wrong: 1 },
    answer: { count: 0, wrong: 0 },
    edited: { count: 2, wrong: 1 },
    deleted: { count: 1, wrong: 1 },
    reaction: { count: 1, wrong: 1 },
  })
})
