import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Pace } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'

const chat = 'telegram:-1001' as const
const step = 100

interface Course {
  /** When single messages went, in milliseconds. */
  readonly before: readonly number[]
  readonly albums: readonly number[]
  /** Whether a single message wants to go at a step, again and again. */
  readonly wants: readonly boolean[]
}

/** How many single messages went before each album, and how long it waited, in milliseconds. */
const play = ({ before, albums, wants }: Course) => {
  const pace = new Pace(telegramBudgets, ratePeerOf)
  for (const at of before) pace.take(chat).close(at, true)
  const start = (before.at(-1) ?? 0) + 1
  const waiting = albums.map(size => {
    const at = pace.readyAt(chat, start, size)
    return { size, room: pace.take(chat, size, at), passed: 0, wait: 0 }
  })
  const all = [...waiting]
  for (let turn = 0; waiting.length > 0; turn += 1) {
    const now = start + turn * step
    for (const album of [...waiting]) {
      album.wait = now - start
      const at = pace.readyAt(chat, now, album.size, album.room)
      if (at > now) {
        album.room.putOff(at)
        continue
      }
      album.room.begin()
      album.room.close(now, true)
      waiting.splice(waiting.indexOf(album), 1)
    }
    if (!wants[turn % wants.length] || waiting.length === 0 || pace.readyAt(chat, now) > now) continue
    pace.take(chat).close(now, true)
    for (const album of waiting) album.passed += 1
    assert.ok(turn * step < 400_000, 'an album starves')
  }
  return all
}

test('no more than three single messages go before an album, however long it waits and whatever wants to go', () => {
  const gaps = fc.oneof(fc.constant(1000), fc.nat(20_000))
  fc.assert(
    fc.property(
      fc.array(gaps, { maxLength: 20 }),
      fc.array(fc.integer({ min: 2, max: 10 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 50 }),
      (pauses, albums, wants) => {
        let now = 0
        const before = pauses.map(pause => (now += pause))
        for (const { passed, wait } of play({ before, albums, wants })) {
          assert.ok(passed <= 3, `${passed} went before it`)
          assert.ok(wait <= 180_000, `it waited for ${wait} ms`)
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('where a minute’s places come free one by one, three go before the album, and then it goes', () => {
  const before = [
    1000, 2000, 8698, 23084, 24084, 39539, 40539, 58216, 59216, 60216, 61216, 62216, 63216, 64216, 65216,
    68591,
  ]
  const [album] = play({ before, albums: [8], wants: [true] })
  assert.equal(album?.passed, 3)
  assert.ok(album.wait < 35_000, `${album.wait} ms`)
})

test('room that is given back did not go before an album', () => {
  const pace = new Pace(telegramBudgets, ratePeerOf)
  const person = 'telegram:11'
  pace.take(person).close(0, true)
  pace.take(person, 3, pace.readyAt(person, 0, 3))
  for (let time = 0; time < 5; time += 1) {
    assert.ok(pace.readyAt(person, 0) <= 0)
    pace.take(person).close(0, false)
  }
})

test('a call that counts as no message did not go before an album', () => {
  const pace = new Pace(telegramBudgets, ratePeerOf)
  for (let at = 0; at < 50_000; at += 5000) pace.take(chat).close(at, true)
  const now = 46_000
  for (let album = 0; album < 2; album += 1) pace.take(chat, 10, pace.readyAt(chat, now, 10))
  for (let time = 0; time < 3; time += 1) {
    pace.take(chat, 0).close(now, true)
    pace.take(chat, 0, now).begin()
  }
  assert.ok(pace.readyAt(chat, now) <= now)
})
