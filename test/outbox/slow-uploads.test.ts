import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeliveryError } from '../../src/bridge/verdict.ts'
import { type Gate, Lease, Pace } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { tempStore } from '../store/temp-store.ts'
import { keptPace } from './kept-pace.ts'
import { VirtualClock } from './virtual-clock.ts'

const [topic, otherTopic] = ['telegram:-1001/1', 'telegram:-1001/2'] as const
const { signal } = new AbortController()

const openGate: Gate = { enter: () => true, opens: async () => undefined, leave() {} }

/** Files that go up to a topic since a while, in milliseconds, as so many messages. */
const uploadFor = async (
  milliseconds: number,
  messages: number,
  { gate = openGate, pace = new Pace(telegramBudgets, ratePeerOf) }: { gate?: Gate; pace?: Pace } = {},
) => {
  const clock = new VirtualClock(0)
  const leases: Lease[] = []
  const begin = async (count: number) => {
    const lease = new Lease({ pace, chat: topic, clock, signal })
    leases.push(lease)
    const turning = lease.turn(count, gate)
    let isThere = false
    void turning.then(() => {
      isThere = true
    })
    await clock.runUntil(() => isThere)
    return await turning
  }
  const pass = async (time: number) => {
    let isOver = false
    void clock.sleep(time).then(() => {
      isOver = true
    })
    await clock.runUntil(() => isOver)
  }
  const turn = await begin(messages)
  await pass(milliseconds)
  /** Sends to the other topic as fast as it goes, for so long; returns when each went. */
  const sendFor = async (time: number): Promise<number[]> => {
    const [sent, end] = [[] as number[], clock.now() + time]
    while (clock.now() < end) {
      const now = clock.now()
      const at = pace.readyAt(otherTopic, now)
      if (at <= now) {
        pace.take(otherTopic).close(now, true)
        sent.push(now)
      } else await pass(Math.min(at, end) - now)
    }
    return sent
  }
  /** When the last byte goes out; the answer comes at once. */
  const land = async (which = turn): Promise<number> => {
    let landed: number | undefined
    void which.lastByte().then(() => {
      landed = clock.now()
      which.end(true)
    })
    await clock.runUntil(() => landed !== undefined)
    return landed ?? assert.fail()
  }
  return { pace, clock, leases, turn, begin, sendFor, land }
}

test('files that have just begun to go up hold their places, and so does what goes out slowly without any', async () => {
  const { pace, clock, land } = await uploadFor(4000, 3)
  assert.equal(pace.readyAt(otherTopic, clock.now()), 5000, 'then they may be slow')
  assert.equal(await land(), 4000)
  assert.equal(pace.readyAt(otherTopic, 4000), 7000)
  for (const _ of [1, 2, 3]) pace.take('telegram:11')
  assert.equal(pace.readyAt('telegram:11', 60_000), 63_000)
})

for (const messages of [1, 3, 10])
  test(`slow files of ${messages} messages take nothing from others, and land within what the network allows`, async () => {
    const { pace, clock, sendFor, land } = await uploadFor(10 * 60_000, messages)
    assert.equal(pace.leftInMinute(topic, clock.now()), 20)
    const before = await sendFor(60_000)
    assert.equal(before.length, 20)
    const now = clock.now()
    const landed = await land()
    assert.ok(landed - now <= 60_000, `${landed - now} ms`)
    const recent = (window: number) => before.filter(at => at > landed - window).length
    assert.ok(recent(60_000) + messages <= 20)
    assert.ok(recent(3000) + Math.min(messages, 3) <= 3)
    assert.ok(pace.readyAt(otherTopic, landed) > landed === messages > 2 || recent(3000) > 0)
  })

test('however many files are slow, all that may go of others goes, and each of them lands', async () => {
  const { begin, sendFor, land, clock } = await uploadFor(10_000, 10)
  const others = [await begin(10), await begin(10)]
  const sent = await sendFor(180_000)
  // The first ones had just begun.
  assert.ok(sent.length >= 50, `${sent.join()} messages in three minutes, ${clock.now()}`)
  for (const each of [undefined, ...others]) await land(each)
})

test('what went on its way before and is counted later puts a last byte off, and so do files that have just begun', async () => {
  const { pace, clock, begin, land } = await uploadFor(10_000, 1)
  const text = pace.take(otherTopic)
  const first = await begin(2)
  void clock.sleep(2500).then(() => text.close(clock.now(), true))
  void clock.sleep(4500).then(() => first.end(true))
  assert.equal(await land(), 10_000 + 4500 + 1000)
})

for (const [what, uploaded] of [
  ['slow', 10_000],
  ['quick', 1000],
] as const)
  test(`the last byte of ${what} files goes in no time for which their group asks to be left alone`, async () => {
    const { pace, land } = await uploadFor(uploaded, 1)
    pace.take(otherTopic).refuse(uploaded, 40)
    assert.equal(await land(), uploaded + 40_000)
  })

test('a last byte that would have to wait for too long does not go at all, and leaves its room', async () => {
  const { pace, clock, turn } = await uploadFor(10_000, 10)
  pace.take(otherTopic).refuse(10_000, 600)
  let ended: unknown
  void turn.lastByte().then(
    () => {
      ended = 'gone'
    },
    (error: unknown) => {
      ended = error
    },
  )
  await clock.runUntil(() => ended !== undefined)
  assert.ok(ended instanceof DeliveryError)
  assert.deepEqual([ended.verdict, clock.now()], [{ kind: 'wait', seconds: 600 }, 10_000])
  turn.end(false)
  assert.ok(pace.readyAt(otherTopic, 610_000, 10) <= 610_000)
})

test('while their last byte waits, others may have files open in their place', async () => {
  let left = 0
  const gate: Gate = {
    ...openGate,
    leave() {
      left += 1
    },
  }
  const { pace, land, leases } = await uploadFor(10_000, 1, { gate })
  pace.take(otherTopic).refuse(10_000, 40)
  const landing = land()
  assert.deepEqual([left, leases[0]?.isResting], [1, true])
  await landing
  assert.equal(left, 1)
})

test('an album whose last byte waits is known to the next run, as it is when it goes', async () => {
  using store = tempStore()
  const { pace, clock, turn } = await uploadFor(10_000, 10, { pace: keptPace(store) })
  const text = pace.take(otherTopic)
  let isGone = false
  void turn.lastByte().then(() => {
    isGone = true
  })
  text.close(clock.now(), true)
  pace.save(otherTopic)
  await clock.runUntil(() => isGone)
  const next = keptPace(store)
  next.restore([topic], { now: clock.now(), countedBy: clock.now() })
  assert.equal(next.leftInMinute(topic, clock.now()), 20 - 10 - 1 - 1)
})

test('a refusal teaches nothing of slow files beside it, of which the network has counted nothing', async () => {
  const { pace } = await uploadFor(10_000, 10)
  const now = 10_000
  pace.take(otherTopic).close(now, true)
  pace.take(otherTopic).refuse(now, 1)
  pace.take(otherTopic).close(now + 1000, true)
  pace.take(otherTopic).refuse(now + 2000, 1)
  assert.ok(pace.readyAt(otherTopic, now + 4000) <= now + 4000)
})
