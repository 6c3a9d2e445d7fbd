import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, isClean, tally } from '../../scripts/soak/judge.ts'
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

test('the table says how many messages were sent, lost, doubled and out of order on either side, and whether all is well', () => {
  const tallies = tally([])
  const order = { sent: 11, lost: 2, doubled: 3, disordered: 4 }
  const verdicts = {
    telegram: { order, tallies, faults: ['Chat 1 lost "a"'] },
    whatsapp: { order: { sent: 20, lost: 0, doubled: 0, disordered: 0 }, tallies, faults: [] },
  }
  const of = (clean: boolean) =>
    report({
      ...{ faults: new Map([['the disk is full', 5]]), waiting: 1, verdicts, surprises: [], unread: [] },
      ...{ calm: 11_000, behind: 6, clean },
    })
  const said = of(false)
  for (const line of [
    /^the disk is full +5$/m,
    /^all of it +4$/m,
    /^Messages +sent +lost +doubled +disorder$/m,
    /^WhatsApp → Telegram +11 +2 +3 +4$/m,
    /^Telegram → WhatsApp +20 +0 +0 +0$/m,
    /^6 were on their way at the last fault; NOT ALL WAS AS IT SHOULD BE 11 s later$/m,
    /^Chat 1 lost "a"$/m,
  ])
    assert.match(said, line)
  assert.match(of(true), /all was there 11 s later$/m)
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

test('one message that is lost, doubled, out of order or not as it should be is no clean end', () => {
  const order = { sent: 3, lost: 0, doubled: 0, disordered: 0 }
  const well = { order, tallies: tally([]), faults: [] }
  assert.equal(isClean(well), true)
  for (const wrong of ['lost', 'doubled', 'disordered'] as const)
    assert.equal(isClean({ ...well, order: { ...order, [wrong]: 1 } }), false, wrong)
  const tallies = tally([{ sort: 'file', word: 'a', wanted: 'its bytes', found: 'others' }])
  assert.equal(isClean({ ...well, tallies }), false)
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
