import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Update } from 'grammy/types'
import { sortUpdates } from '../../src/telegram/updates/sort.ts'
import { anyUpdate } from './any-update.ts'
import { jobsIn, knowingStore, recordingLog } from './knowing-store.ts'
import { least, runs } from './runs.ts'

test('whatever update comes from Telegram is sorted, and what it makes is stored', async context => {
  const log = await recordingLog('info')
  using store = knowingStore('', log.logger)
  let events = 0
  let jobs = 0
  const terms = {
    bot: { id: 8001, username: 'wa_bot' },
    owners: [7001],
    logger: log.logger,
    version: () => undefined,
    mayCome: (_: number, messageId: number) => messageId % 2 === 0,
    customEmoji: new Map(),
    deletionReaction: '🙈',
    now: 1_790_000_000_000,
  }
  fc.assert(
    fc.property(fc.array(anyUpdate, { minLength: 1, maxLength: 3 }), updates => {
      const sorted = sortUpdates(
        updates as unknown as Update[],
        terms as unknown as Parameters<typeof sortUpdates>[1],
      )
      for (const { event } of sorted.arrivals) {
        assert.equal(event.sender.me, true)
        // What is only refused, with an answer, may be anybody's: a placeholder never goes to WhatsApp.
        const isRefused = event.kind === 'message' && event.content.kind === 'placeholder'
        assert.ok(event.sender.person !== 'telegram:7002' || isRefused, 'a stranger spoke through the bridge')
        events += 1
      }
      for (const { at } of sorted.shutOut) assert.ok(Number.isSafeInteger(at))
      store.attempt(() => {
        store.inbox.telegram.receive(sorted.arrivals)
        for (const chat of sorted.chats) store.inbox.telegram.learn(chat)
        for (const stranger of sorted.overheard) store.inbox.telegram.overheard(stranger)
        jobs += jobsIn(store).length
      })
    }),
    runs(1000),
  )
  context.diagnostic(`${events} events and ${jobs} jobs came of updates`)
  assert.ok(events >= least(201), `only ${events} updates became events`)
  assert.ok(jobs >= least(201), `only ${jobs} of them became jobs`)
})
