import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { watchUpload } from '../../../src/telegram/send/upload.ts'
import { endsWithin } from '../../support/within.ts'
import { failureOf } from '../bench.ts'
import { goOn, openScene } from './scene.ts'
import { sendings } from './sendings.ts'

// Only this machine's clock ends these calls, so it is moved by hand.
for (const sending of sendings) {
  for (const [fault, isThere] of [
    ['hang', false],
    ['silent', true],
  ] as const) {
    const what = isThere ? 'that is carried out and never answered' : 'of which nothing is ever heard'
    test(`${sending.method} ${what} is given up after a minute, and what was sent is there once`, async t => {
      const { method, messages } = sending
      const scene = await openScene(sending)
      const { job } = scene
      await using bench = scene.bench
      const before = bench.tg.callsOf(method).length
      t.mock.timers.enable({ apis: ['setTimeout'] })
      bench.tg.faults.next(method, fault)
      let isOver = false
      const attempt = failureOf(bench.network.send(job)).finally(() => {
        isOver = true
      })
      await bench.tg.until('the request', () => bench.tg.callsOf(method).length > before)
      t.mock.timers.tick(59_999)
      await turn()
      assert.equal(isOver, false)
      t.mock.timers.tick(1000)
      t.mock.timers.reset()
      assert.ok(await endsWithin(60_000, attempt), 'given up')
      assert.equal((await attempt).verdict.kind, 'unsure')
      await goOn(scene, { messages, isThere })
    })
  }
}

async function* chunks(count: number): AsyncGenerator<Uint8Array> {
  for (let nth = 0; nth < count; nth += 1) yield new Uint8Array(262_144)
}

test('an upload is given up when no byte has moved for a minute, however long it takes', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { bodies, signal } = watchUpload([chunks(1), chunks(9)])
  const [first, second] = bodies.map(body => body[Symbol.asyncIterator]())
  assert.ok(first && second)
  for (const step of [first, first, second, second]) {
    t.mock.timers.tick(59_999)
    assert.equal(signal.aborted, false)
    await step.next()
  }
  t.mock.timers.tick(59_999)
  assert.equal(signal.aborted, false)
  t.mock.timers.tick(1)
  assert.equal(signal.aborted, true)
})

test('behind the last byte the answer is waited for a minute, and a second for each 256 KiB', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { bodies, signal } = watchUpload([chunks(1), chunks(3)])
  for (const body of bodies) for await (const _ of body) t.mock.timers.tick(50_000)
  t.mock.timers.tick(63_999)
  assert.equal(signal.aborted, false)
  t.mock.timers.tick(1)
  assert.equal(signal.aborted, true)
})

test('while the last byte waits for its turn, a byte goes now and then, for minutes', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const leave = Promise.withResolvers<void>()
  const { bodies, signal } = watchUpload([chunks(1), chunks(2)], { beforeLastByte: () => leave.promise })
  const pieces: number[] = []
  let isOver = false
  const reading = (async () => {
    for (const body of bodies) for await (const { length } of body) pieces.push(length)
    isOver = true
  })()
  const whole = 3 * 262_144
  const sum = () => pieces.reduce((all, each) => all + each, 0)
  for (let round = 0; round < 50; round += 1) await turn()
  for (let seconds = 20; seconds <= 300; seconds += 20) {
    t.mock.timers.tick(20_000)
    for (let round = 0; round < 5; round += 1) await turn()
    assert.deepEqual([sum(), signal.aborted, isOver], [whole - 64 + seconds / 20, false, false])
  }
  leave.resolve()
  await reading
  assert.equal(sum(), whole)
})

test('a last byte that may not go ends the upload before its end', async () => {
  const beforeLastByte = () => Promise.reject(new Error('no room'))
  const watch = watchUpload([chunks(1)], { beforeLastByte })
  const read = async () => {
    for (const body of watch.bodies) for await (const _ of body);
  }
  await assert.rejects(read(), /no room/)
  watch.close()
  assert.equal(watch.complete, false)
})

test('of a last byte that may go only when the call is over nobody hears', async () => {
  const leave = Promise.withResolvers<void>()
  let heard = 0
  const watch = watchUpload([chunks(1)], {
    beforeLastByte: () => leave.promise,
    onLastByte: () => {
      heard += 1
    },
  })
  const read = async () => {
    for (const body of watch.bodies) for await (const _ of body);
  }
  const reading = read()
  await turn()
  watch.close()
  leave.resolve()
  await reading
  assert.deepEqual([heard, watch.complete], [0, false])
})
