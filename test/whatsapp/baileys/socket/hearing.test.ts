import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HEARING, Hearing } from '../../../../src/whatsapp/baileys/socket/hearing.ts'
import { HeldBack } from '../../../../src/whatsapp/baileys/socket/held-back.ts'
import { el } from '../../../simulators/whatsapp/node.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** A hearing whose time the test moves. Each minute it is asked, and every doubt is followed by a new login. */
const listen = (missed: () => number = () => 0) => {
  let now = 1_000_000
  const hearing = new Hearing(HEARING, () => now)
  const doubts: { at: number; reason: string }[] = []
  return {
    hearing,
    doubts,
    pass(milliseconds: number): void {
      for (const end = now + milliseconds; now < end; ) {
        now += MINUTE
        const reason = hearing.takeDoubt()
        if (reason === undefined) continue
        doubts.push({ at: (now - 1_000_000) / MINUTE, reason })
        hearing.judge(missed())
      }
    },
  }
}

test('While things come in nothing is doubted', () => {
  const { hearing, doubts, pass } = listen()
  for (let turn = 0; turn < 500; turn += 1) {
    pass(9 * MINUTE)
    hearing.heard()
  }
  assert.deepEqual(doubts, [])
})

test('A quiet account is asked ever more seldom: nine times on the first day, six on later ones', () => {
  const { doubts, pass } = listen()
  pass(24 * HOUR)
  assert.deepEqual(
    doubts.map(({ at }) => at),
    [10, 30, 70, 150, 310, 550, 790, 1030, 1270],
  )
  const before = doubts.length
  pass(24 * HOUR)
  assert.equal(doubts.length - before, 6)
})

test('Quiet that is usual on this account is not doubted for the next hours', () => {
  const { hearing, doubts, pass } = listen()
  for (let turn = 0; turn < 20; turn += 1) {
    pass(30 * MINUTE)
    hearing.heard()
  }
  const learning = doubts.length
  assert.ok(learning <= 2, String(learning))
  pass(80 * MINUTE)
  assert.equal(doubts.length, learning)
  pass(20 * MINUTE)
  assert.equal(doubts.length, learning + 1)
})

test('An outage is no quiet that could be usual', () => {
  const { hearing, doubts, pass } = listen()
  hearing.heard()
  pass(9 * MINUTE)
  hearing.opened()
  hearing.heard()
  pass(11 * MINUTE)
  assert.deepEqual(
    doubts.map(({ at }) => at),
    [19],
  )
})

test('A message that was acknowledged and brought no receipt is a reason to ask, once an hour', () => {
  const { hearing, doubts, pass } = listen()
  pass(MINUTE)
  hearing.sent()
  pass(3 * MINUTE)
  assert.deepEqual(doubts, [{ at: 3, reason: 'No receipt for what was sent' }])
  for (let turn = 0; turn < 5; turn += 1) {
    hearing.heard()
    hearing.sent()
    pass(5 * MINUTE)
  }
  assert.equal(doubts.length, 1)
  hearing.heard()
  hearing.sent()
  hearing.heard()
  pass(9 * MINUTE)
  assert.equal(doubts.length, 1, 'a receipt has come')
})

test('What the phone has changed untold is a reason to ask, once an hour, and none any more after a login for another reason', () => {
  const { hearing, doubts, pass } = listen()
  hearing.untold()
  pass(MINUTE)
  const untold = 'WhatsApp did not tell what the phone has changed'
  assert.deepEqual(doubts, [{ at: 1, reason: untold }])
  hearing.heard()
  hearing.untold()
  hearing.opened()
  for (let turn = 0; turn < 10; turn += 1) {
    pass(9 * MINUTE)
    hearing.opened()
  }
  assert.equal(doubts.length, 1)
  hearing.untold()
  pass(MINUTE)
  assert.deepEqual(doubts[1], { at: 92, reason: untold })
})

test('What a new login brings late makes it ask every two minutes for an hour; three times is hopeless', () => {
  let held = 1
  const { hearing, doubts, pass } = listen(() => held)
  pass(10 * MINUTE)
  assert.equal(doubts.length, 1)
  held = 0
  pass(9 * MINUTE)
  assert.deepEqual(
    doubts.slice(1).map(({ at }) => at),
    [12, 14, 16, 18],
  )
  assert.equal(hearing.isHopeless, false)
  held = 3
  pass(4 * MINUTE)
  assert.equal(hearing.isHopeless, true)
  held = 0
  pass(62 * MINUTE)
  assert.equal(hearing.isHopeless, false)
})

test('Held back is what was sent while the last connection was open, and not what it had brought already', () => {
  const heldBack = new HeldBack(MINUTE)
  const at = 1_790_000_000
  const message = (id: string, t: number, offline = true) =>
    el('message', { from: 'a@lid', id, t: String(t), ...(offline && { offline: '0' }) })
  heldBack.observe(message('live', at + 600, false))
  heldBack.closed(at * 1000, (at + 1200) * 1000)
  for (const [id, t] of [
    ['live', at + 600],
    ['before', at - 5],
    ['just opened', at + 30],
    ['just closed', at + 1190],
    ['while away', at + 1300],
    ['held back', at + 700],
    ['held back', at + 700],
  ] as const) {
    heldBack.observe(message(id, t))
  }
  heldBack.observe(el('message', { from: 'a@lid', id: 'no time', offline: '0' }))
  assert.equal(heldBack.take(), 1)
  assert.equal(heldBack.take(), 0)
})
