import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Queue,
  WATCH,
  Watchdog,
  type WatchOptions,
} from '../../../../src/whatsapp/baileys/socket/watchdog.ts'
import { until } from '../../support.ts'

const HOUR = 3_600_000
const times = { ...WATCH, tick: 10, ping: 50 }

/** A watchdog on clocks that the test sets; its looks are real. */
const watch = (more: Partial<WatchOptions> = {}) => {
  const clock = { wallMs: 1_790_000_000_000, steadyMs: 0 }
  const ends: { reason: string; restart: boolean }[] = []
  let pings = 0
  const watchdog: Watchdog = new Watchdog({
    times,
    queues: [],
    ping: async () => {
      pings += 1
    },
    doubt: () => undefined,
    onDeaf: (reason, restart) => ends.push({ reason, restart }),
    clock: { wall: () => clock.wallMs, steady: () => clock.steadyMs },
    ...more,
  })
  const advance = async (milliseconds: number, step = 5000): Promise<void> => {
    for (let passed = 0; passed < milliseconds; passed += step) {
      clock.wallMs += step
      clock.steadyMs += step
      await sleep(15)
    }
  }
  return { watchdog, clock, ends, advance, pings: () => pings, [Symbol.dispose]: () => watchdog.stop() }
}

test('A line on which no frame comes for a minute is given up', async () => {
  using line = watch()
  await line.advance(55_000)
  line.watchdog.frame()
  await line.advance(55_000)
  assert.deepEqual(line.ends, [])
  await line.advance(10_000)
  assert.deepEqual(line.ends, [{ reason: 'WhatsApp does not answer', restart: false }])
  await line.advance(70_000)
  assert.equal(line.ends.length, 1, 'once')
})

for (const [what, wall, steady] of [
  ['the clock was set forward', HOUR, 0],
  ['the clock was set back', -HOUR, 0],
  ['the machine slept, and both clocks know', HOUR, HOUR],
] as const) {
  test(`When ${what}, a ping tells whether the line is still there`, async () => {
    using alive = watch({
      ping: async () => {
        alive.clock.steadyMs += 40
        alive.watchdog.frame()
      },
    })
    using dead = watch({ ping: () => new Promise(() => undefined) })
    for (const { clock } of [alive, dead]) {
      clock.wallMs += wall
      clock.steadyMs += steady
    }
    await until('the end of the dead one', () => dead.ends.length === 1)
    assert.match(dead.ends[0]?.reason ?? '', /did not outlive a pause/)
    assert.deepEqual(alive.ends, [])
    await alive.advance(50_000)
    assert.deepEqual(alive.ends, [], 'and nothing from before the leap counts')
  })
}

test('A line is known to be well until its last frame, but for one that may have waited for a process that stood still', async () => {
  let looks = 0
  const look = () => {
    looks += 1
  }
  // Every look ends in a doubt or, behind a leap, in a ping.
  using line = watch({
    doubt: () => void look(),
    ping: async () => {
      look()
      line.clock.steadyMs += 40
      line.watchdog.frame()
    },
  })
  const passes = async (milliseconds: number) => {
    line.clock.steadyMs += milliseconds
    const before = looks
    await until('a look', () => looks > before)
  }
  await passes(5000)
  line.watchdog.frame()
  assert.equal(line.watchdog.heardAt, 5000)
  await passes(5000)
  assert.equal(line.watchdog.heardAt, 5000, 'what is quiet is not known to be well')
  line.clock.steadyMs += 27_000
  line.watchdog.frame()
  assert.equal(line.watchdog.heardAt, 5000, 'read before the pause was noticed')
  await passes(0)
  line.watchdog.frame()
  assert.equal(line.watchdog.heardAt, 5000, 'read just behind a pause')
  await passes(5000)
  line.watchdog.frame()
  assert.equal(line.watchdog.heardAt, line.clock.steadyMs)
})

test('A line that is to be renewed for its quiet is asked first, and renewed whatever it answers', async () => {
  for (const answers of [true, false]) {
    const doubts = ['It has been quiet for long']
    let asked = 0
    using line = watch({
      doubt: () => doubts.pop(),
      ping: () => {
        asked += 1
        assert.deepEqual(line.ends, [])
        return answers ? Promise.resolve() : new Promise(() => undefined)
      },
    })
    await until('the end', () => line.ends.length === 1)
    assert.deepEqual(line.ends, [{ reason: 'It has been quiet for long', restart: false }])
    assert.equal(asked, 1)
  }
})

const never: Queue = { name: 'Messages', pass: () => new Promise(() => undefined) }

test('A queue that does not move is the end; one that moves, however long it is, is none', async () => {
  using stuck = watch({ queues: [never] })
  using busy = watch({ queues: [never] })
  const pass = async (turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn += 1) {
      for (const each of [stuck, busy]) each.watchdog.frame()
      busy.watchdog.moved()
      await Promise.all([stuck.advance(5000), busy.advance(5000)])
    }
  }
  // The first look, after 5 s, finds the queue; it may stand still for 90 s from then on.
  await pass(19)
  assert.deepEqual(stuck.ends, [])
  await pass(1)
  assert.deepEqual(stuck.ends, [{ reason: 'Messages are not handled any more', restart: false }])
  await pass(5)
  assert.equal(stuck.ends.length, 1, 'once')
  assert.deepEqual(busy.ends, [])
})

test('A queue beside the messages may take five minutes, and so may a part of the history', async () => {
  using aside = watch({ queues: [{ ...never, aside: true }] })
  using history = watch({ queues: [never] })
  history.watchdog.bePatient()
  for (let turn = 0; turn < 11; turn += 1) {
    for (const each of [aside, history]) each.watchdog.frame()
    await Promise.all([aside.advance(30_000, 15_000), history.advance(30_000, 15_000)])
    if (turn === 8) assert.deepEqual([...aside.ends, ...history.ends], [])
  }
  assert.equal(aside.ends.length, 1)
  assert.equal(history.ends.length, 1)
})

test('A queue that outlives connections asks for a new process', async () => {
  using shared = watch({ queues: [{ ...never, name: 'Signal steps', shared: true }] })
  for (let turn = 0; turn < 5; turn += 1) {
    shared.watchdog.frame()
    await shared.advance(25_000)
  }
  assert.deepEqual(shared.ends, [{ reason: 'Signal steps are not handled any more', restart: true }])
})
