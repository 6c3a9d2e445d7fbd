import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../support/disk/seeded-random.ts'
import { leastOfLanes } from './lanes.ts'
import { type Counted, perChat, perGroup } from './optimum.ts'

const tick = 100

/** All orders in which the calls of several lanes can follow each other. */
const orders = (lanes: readonly (readonly Counted[])[]): Counted[][] => {
  const found = lanes.flatMap(([call, ...rest], index) =>
    call === undefined ? [] : orders(lanes.with(index, rest)).map(order => [call, ...order]),
  )
  return found.length > 0 ? found : [[]]
}

/** When the last of these calls ends, each of which goes at the first tick at which Telegram and its lane take it. */
const endOf = (order: readonly Counted[]): number => {
  const sent: { call: Counted; at: number; end: number }[] = []
  let now = 0
  for (const call of order) {
    const limits = call.chat > 0 ? [perChat] : [perChat, perGroup]
    const fits = () =>
      call.released <= now &&
      sent.every(other => other.call.lane !== call.lane || other.end <= now) &&
      limits.every(({ count, window }) => {
        const counted = sent.flatMap(({ call: { messages }, end }) =>
          Array.from(
            { length: messages },
            (_, item) => end + Math.max(0, item + 1 - count) * (window / count),
          ),
        )
        return counted.filter(at => at > now - window).length + Math.min(call.messages, count) <= count
      })
    while (!fits()) now += tick
    sent.push({ call, at: now, end: now + call.upload })
  }
  return Math.max(...sent.map(({ end }) => end))
}

test('of all orders of the lanes the quickest is found, as trying each of them out finds it', () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const random = seededRandom(seed)
    const among = (...values: readonly number[]) => values[Math.floor(random() * values.length)] ?? 0
    const chat = seed % 2 === 0 ? 1 : -1
    const lanes = Array.from({ length: among(2, 3) }, (_, lane) =>
      Array.from({ length: among(1, 2, 2) }, (): Counted => {
        const messages = among(1, 1, 2, 3, 5, 10)
        return { chat, lane: `${lane}`, messages, released: among(0, 0, 400), upload: among(0, 100, 900) }
      }),
    )
    assert.equal(leastOfLanes(lanes), Math.min(...orders(lanes).map(endOf)), `seed ${seed}`)
  }
})
