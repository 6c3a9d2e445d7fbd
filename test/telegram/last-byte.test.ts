import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { DeliveryError } from '../../src/bridge/verdict.ts'
import { type Gate, Lease, Pace } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { VirtualClock } from '../outbox/virtual-clock.ts'
import { Bench, delivery, failureOf, text } from './bench.ts'
import { sendings } from './doubt/sendings.ts'

const gate: Gate = { enter: () => true, opens: async () => undefined, leave() {} }

for (const { method, content, bytes, messages } of sendings.filter(each => each.method !== 'sendMessage')) {
  /** It goes up, and as its last file ends its chat asks to be left alone for so many seconds. */
  const upload = async (bench: Bench, seconds: number) => {
    const chat = `telegram:${bench.home.id}` as const
    const [pace, clock] = [new Pace(telegramBudgets, ratePeerOf), new VirtualClock(0)]
    const [stop, line] = [new AbortController(), new AbortController()]
    const lease = new Lease({ pace, chat, clock, signal: stop.signal })
    let filesLeft = messages
    let isHeld = false
    const source = () =>
      Readable.from(
        (async function* () {
          yield bytes
          filesLeft -= 1
          if (filesLeft === 0) pace.take(chat).refuse(clock.steady(), seconds)
        })(),
      )
    let ended: unknown
    const job = {
      ...delivery({ chat, content, bytes: source, signal: AbortSignal.any([stop.signal, line.signal]) }),
      turn: async (count?: number, what?: 'files') => {
        const turn = await lease.turn(count, what && gate)
        const lastByte = () => {
          isHeld = true
          return turn.lastByte()
        }
        return { ...turn, lastByte }
      },
    }
    const sending = bench.network.send(job).then(
      () => {
        ended = 'sent'
      },
      (error: unknown) => {
        ended = error
      },
    )
    await bench.tg.until('the last byte', () => isHeld)
    assert.deepEqual([filesLeft, bench.tg.callsOf(method).length], [0, 0])
    return { pace, clock, stop, line, chat, lease, sending, ended: () => ended }
  }

  test(`${method}: the end of its last file waits for the end of a refusal, and then all of it arrives`, async () => {
    await using bench = await Bench.open()
    const { clock, sending, ended } = await upload(bench, 40)
    await clock.runUntil(() => clock.steady() >= 40_000)
    await sending
    assert.deepEqual([ended(), bench.home.transcript().length], ['sent', messages])
  })

  test(`${method}: where it breaks off before its end, it is not thought to be on its way for ever`, async () => {
    await using bench = await Bench.open()
    await bench.network.send(delivery({ chat: `telegram:${bench.home.id}`, content: text('before') }))
    const { clock, line, chat, lease, sending, ended } = await upload(bench, 40)
    line.abort()
    await sending
    lease.end()
    assert.ok(ended() instanceof DeliveryError)
    await clock.runUntil(() => clock.steady() >= 40_000)
    const inDoubt = { ...delivery({ chat, content, bytes }), mark: bench.network.mark?.(chat) ?? '' }
    bench.tg.faults.next(method, 'reply-lost')
    assert.equal((await failureOf(bench.network.send(inDoubt))).verdict.kind, 'unsure')
    assert.equal(await bench.network.settle?.(inDoubt), true)
  })

  for (const [what, seconds] of [
    ['asks for too long a time', 4000],
    ['is stopped', 40],
  ] as const)
    test(`${method}: where it ${what} before its end, nothing is there, nothing in doubt, and no room is kept`, async () => {
      await using bench = await Bench.open()
      const { pace, chat, stop, sending, ended, lease } = await upload(bench, seconds)
      if (seconds === 40) stop.abort()
      await sending
      const error = ended()
      assert.ok(error instanceof DeliveryError)
      assert.deepEqual(error.verdict, seconds === 40 ? { kind: 'retry' } : { kind: 'wait', seconds })
      assert.equal(error.ownFailure, false)
      lease.end()
      assert.ok(pace.readyAt(chat, seconds * 1000, 10) <= seconds * 1000)
      assert.equal(bench.home.transcript().length, 0)
    })
}
