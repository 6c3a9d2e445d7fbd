import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { tooManyRequests } from '../simulators/telegram/errors.ts'
import { seededRandom } from '../support/disk/seeded-random.ts'
import { type Arrival, drain } from './drain.ts'

/** Files and albums that go up for minutes, most of them to one group with topics, and texts to other topics. */
const makeMix = (seed: number, { texts, longestWay }: { texts: number; longestWay: number }) => {
  const random = seededRandom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const arriving = (within: number, call: Pick<Arrival, 'calls' | 'upload'>, topic: number): Arrival => {
    const target: ChatRef = `telegram:-100${below(5) === 0 ? 1 : 2}/${topic}`
    return { at: below(within), lane: target, target, ...call }
  }
  const uploads = Array.from({ length: 6 + below(10) }, () => {
    const calls = [[1, 1, 1, 4, 10][below(5)] ?? 1]
    return arriving(240_000, { calls, upload: below(150_000) }, 1 + below(6))
  })
  const others = Array.from({ length: texts }, () => arriving(600_000, { calls: [1] }, 100 + below(4)))
  const arrivals = [...uploads, ...others].sort((a, b) => a.at - b.at)
  return { arrivals, below, wayOf: () => 20 + below(longestWay) }
}

// Of these seeds each has run into a limit, or held texts up for minutes, at some time.
for (const [seed, longestWay] of [
  [2, 4000],
  [3, 1000],
] as const)
  test(`slow files among many texts run into no limit and keep no room (${seed})`, async () => {
    const { arrivals, wayOf } = makeMix(seed, { texts: 120, longestWay })
    const { refusals, keptFrom } = await drain(arrivals, { wayOf })
    assert.deepEqual([refusals, keptFrom], [0, []])
  })

for (const seed of [21, 22])
  test(`however many slow files go up, the few texts of other topics go in between (${seed})`, async () => {
    const { arrivals, wayOf } = makeMix(seed, { texts: 40, longestWay: 4000 })
    const { refusals, shownAt } = await drain(arrivals, { wayOf })
    const waits = arrivals.flatMap(({ at, upload }, index) =>
      upload === undefined ? [(shownAt[index] ?? Number.POSITIVE_INFINITY) - at] : [],
    )
    assert.equal(refusals, 0)
    assert.ok(Math.max(...waits) < 90_000, `${Math.max(...waits)} ms`)
  })

test('no slow file ends in the time for which its group asks to be left alone', async () => {
  const { arrivals, below, wayOf } = makeMix(1, { texts: 60, longestWay: 400 })
  const left = new Map<number, { from: number; until: number }>()
  let impatient = 0
  await drain(arrivals, {
    wayOf,
    limits: (rates, clock) => ({
      take(chat, count) {
        const now = clock.steady()
        const { from, until } = left.get(chat.id) ?? { from: 0, until: 0 }
        // What was under way by then could not know.
        if (now < until && now > from + 1000) impatient += 1
        if (now >= until && below(12) > 0) return rates.take(chat, count)
        if (now >= until) left.set(chat.id, { from: now, until: now + 45_000 })
        throw tooManyRequests(45)
      },
    }),
  })
  assert.ok(left.size > 0)
  assert.equal(impatient, 0)
})
