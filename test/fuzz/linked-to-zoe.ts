import assert from 'node:assert/strict'
import { chatRef } from '../../src/bridge/chat-ref.ts'
import type { LogLevel } from '../../src/support/log.ts'
import { Linked } from '../whatsapp/baileys/linked.ts'
import { until } from '../whatsapp/support.ts'
import { jobsIn, knowingStore, planted, recordingLog } from './knowing-store.ts'

/** Zoe's addresses, which stand in no log. */
export const zoes = { phone: '15550774411', lid: '900000000774411' } as const

/** A connection over a store, to which Zoe writes between the inputs: each of her messages must arrive, once and in order. */
export const linkedToZoe = async (level: LogLevel) => {
  await using opened = new AsyncDisposableStack()
  const log = await recordingLog(level)
  const store = opened.use(knowingStore('', log.logger))
  const sessions = store.session('baileys')
  const linked = opened.use(
    await Linked.started({
      sessions,
      inbox: store.inbox.whatsapp,
      findMessage: store.findMessage,
      logger: log.logger,
      timing: { firstPause: 5, longestPause: 50 },
    }),
  )
  const { wa, connection } = linked
  const zoe = wa.addContact({ ...zoes, name: 'Zoe', pushName: planted })
  const lane = chatRef('whatsapp', zoe.lid)
  store.mappings.add({ whatsapp: lane, telegram: 'telegram:-1002222222222' })
  const words = (): string[] =>
    jobsIn(store).flatMap(job =>
      job.lane === lane && job.event.kind === 'message' && job.event.content.kind === 'text'
        ? [job.event.content.body.text]
        : [],
    )
  let count = 0
  const rest = opened.move()
  return {
    log,
    store,
    sessions,
    wa,
    /** She writes the next message. `behind` says in a failure what came before it. Returns its number. */
    async says(behind: string): Promise<number> {
      await zoe.send(`${planted} ${++count}`)
      await until(`message ${count} behind ${behind}`, () => words().length >= count)
      return count
    },
    assertAllThere(): void {
      assert.deepEqual(
        words(),
        Array.from({ length: count }, (_, index) => `${planted} ${index + 1}`),
      )
      assert.equal(connection.status.state, 'connected')
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}
