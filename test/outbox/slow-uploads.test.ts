import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lease, Pace } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { VirtualClock } from './virtual-clock.ts'

const [topic, otherTopic] = ['telegram:-1001/1', 'telegram:-1001/2'] as const
const { signal } = new AbortController()

/** Files that go up to a topic since a while, in milliseconds, as so many messages. */
const uploadFor = async (milliseconds: number, messages: number) => {
  const pace = new Pace(telegramBudgets, ratePeerOf)
  const clock = new VirtualClock(0)
  const begin = async (count: number) => {
    const lease = new Lease({ pace, chat: topic, clock, signal })
    const turning = lease.turn(count, { enter: () => true, opens: async () => undefined, leave() {} })
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
  return { pace, clock, begin, sendFor, land }
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
  test(`slow files of ${messages} messages leave others their burst, and land within what the network allows`, async () => {
    const { pace, clock, sendFor, land } = await uploadFor(10 * 60_000, messages)
    const before = await sendFor(60_000)
    assert.equal(before.length, 20 - messages)
    const now = clock.now()
    const landed = await land()
    assert.ok(landed - now <= 3000, `${landed - now} ms`)
    const recent = (window: number) => before.filter(at => at > landed - window).length
    assert.ok(recent(60_000) + messages <= 20)
    assert.ok(recent(3000) + Math.min(messages, 3) <= 3)
    assert.ok(pace.readyAt(otherTopic, landed) > landed === messages > 2 || recent(3000) > 0)
  })

test('however many files are slow, some of the others go, and each of them lands', async () => {
  const { begin, sendFor, land, clock } = await uploadFor(10_000, 10)
  const others = [await begin(10), await begin(10)]
  const sent = await sendFor(180_000)
  assert.ok(sent.length >= 15, `${sent.join()} messages in three minutes, ${clock.now()}`)
  for (const each of [undefined, ...others]) await land(each)
})
