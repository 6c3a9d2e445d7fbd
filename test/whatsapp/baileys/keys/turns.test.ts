import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Turns } from '../../../../src/whatsapp/baileys/keys/repository.ts'
import { WATCH, Watchdog } from '../../../../src/whatsapp/baileys/socket/watchdog.ts'

test('Timers and sockets have their turn before each of many Signal steps', async () => {
  const turns = new Turns(() => undefined)
  let passes = 0
  const pass = (): void => {
    passes += 1
    next = setImmediate(pass)
  }
  let next = setImmediate(pass)
  const seen: number[] = []
  await Promise.all(Array.from({ length: 50 }, () => turns.take(async () => seen.push(passes))))
  clearImmediate(next)
  assert.equal(new Set(seen).size, 50)
})

test('A step that fails costs the next ones nothing', async () => {
  const turns = new Turns(() => undefined)
  const broken = turns.take(() => Promise.reject(new Error('broken')))
  const whole = turns.take(async () => 'whole')
  await assert.rejects(broken, /broken/)
  assert.equal(await whole, 'whole')
})

for (const [many, verdict] of [
  [150, 'is waited for'],
  [40, 'wants a new process once nothing has come through for long'],
] as const) {
  test(`A queue of ${many} slow Signal steps ${verdict}`, async () => {
    const clock = { wallMs: 1_790_000_000_000, steadyMs: 0 }
    const ends: string[] = []
    const turns = new Turns(() => watchdog.moved())
    const watchdog: Watchdog = new Watchdog({
      times: { ...WATCH, tick: 10, ping: 50 },
      queues: [{ name: 'Signal steps', shared: true, pass: () => turns.take(async () => undefined) }],
      ping: async () => undefined,
      doubt: () => undefined,
      onDeaf: reason => ends.push(reason),
      clock: { wall: () => clock.wallMs, steady: () => clock.steadyMs },
    })
    const slow = async (): Promise<void> => {
      clock.wallMs += 5000
      clock.steadyMs += 5000
      watchdog.frame()
      await sleep(15)
    }
    // Where nobody else waits, 40 such steps are 200 s.
    const steps = Array.from({ length: many }, (_, number) =>
      turns.take(number < 40 ? slow : async () => undefined),
    )
    await Promise.all(steps)
    watchdog.stop()
    assert.deepEqual(ends, many > 100 ? [] : ['Signal steps are not handled any more'])
  })
}
