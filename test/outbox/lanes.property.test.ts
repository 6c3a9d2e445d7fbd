import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { makeCarrier } from '../../src/bridge/deliver.ts'
import type { Delivery } from '../../src/bridge/network.ts'
import { makeInbox } from '../../src/bridge/receive.ts'
import { offline, retry, unsure, wait } from '../../src/bridge/verdict.ts'
import { Outbox, Pace, Worker } from '../../src/outbox/index.ts'
import { openStore } from '../../src/store/index.ts'
import { event, peerOf, quiet, waitUntil } from '../bridge/bridge.ts'
import { MemoryNetwork, type Script, textOf } from '../bridge/memory-network.ts'
import { tempStore } from '../store/temp-store.ts'
import { leapingClock } from './leaping-clock.ts'

const isAllSent = ({ event, sent }: Delivery): boolean =>
  sent.length === textOf(event.content).split('|').length

const scripts: Record<string, Script> = {
  retry: async () => {
    throw retry('down')
  },
  wait: async () => {
    throw wait(3, 'slow down')
  },
  offline: async () => {
    throw offline('gone')
  },
  'unsure, arrived': async (delivery, show) => {
    if (isAllSent(delivery)) return
    show(delivery.sent.length)
    throw unsure('time-out')
  },
  'unsure, lost': async () => {
    throw unsure('time-out')
  },
  'linked, then cut off': async (delivery, show) => {
    if (delivery.sent.length === 0) delivery.onSent({ id: show() })
    throw retry('down')
  },
  'arrived, then a bug': async (delivery, show) => {
    if (isAllSent(delivery)) return
    await delivery.turn?.()
    show(delivery.sent.length)
    throw new TypeError('oops')
  },
}

const lanes = ['whatsapp:1@lid', 'whatsapp:2@lid', 'whatsapp:3@lid'] as const
const topicOf = (lane: number) => `telegram:-100/${lane}` as const

/** Carries on over the same file until nothing waits, or until `restartAfter` attempts were made. */
const runOnce = async (
  path: string,
  networks: { whatsapp: MemoryNetwork; telegram: MemoryNetwork },
  restartAfter: number,
) => {
  using store = openStore(path)
  const outbox = new Outbox(store.database)
  const pace = new Pace([{ count: 2, seconds: 1, keyOf: peerOf }], peerOf)
  const tools = { store, outbox, newMessageId: () => networks.telegram.newMessageId() }
  const carrier = makeCarrier({
    ...tools,
    network: name => networks[name],
    ownerChat: () => undefined,
    peerOf,
    log: quiet,
  })
  await using worker = new Worker({
    outbox,
    carrier,
    pace,
    transaction: work => store.transaction(work),
    log: quiet,
    clock: leapingClock(),
  })
  const attempts = networks.telegram.attempts.length
  worker.start()
  await waitUntil(
    () => outbox.counts().pending === 0 || networks.telegram.attempts.length - attempts >= restartAfter,
    'the outbox to be empty',
  )
  await worker.stop()
  return outbox.counts()
}

test('whatever the verdicts and restarts, every message is shown once and in the order of its lane', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(2), { minLength: 1, maxLength: 15 }),
      fc.array(fc.constantFrom('ok', ...Object.keys(scripts)), { maxLength: 25 }),
      fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 3 }),
      async (arrivals, fates, restarts) => {
        using temp = tempStore()
        const networks = { whatsapp: new MemoryNetwork('whatsapp'), telegram: new MemoryNetwork('telegram') }
        for (const [lane, whatsapp] of lanes.entries())
          temp.mappings.add({ whatsapp, telegram: topicOf(lane) })
        const inbox = makeInbox({
          store: temp,
          outbox: new Outbox(temp.database),
          network: 'whatsapp',
          newMessageId: () => networks.telegram.newMessageId(),
          wake() {},
          changed() {},
          log: quiet,
        })
        const texts = arrivals.map((lane, index) => ({
          lane,
          text: index % 3 === 2 ? `${index}a|${index}b` : `${index}`,
        }))
        for (const { lane, text } of texts) inbox.receive([{ event: event(lanes[lane] ?? lanes[0], text) }])
        networks.telegram.scripts.push(
          ...fates.map(
            (fate): Script =>
              scripts[fate] ??
              (async delivery => {
                const parts = textOf(delivery.event.content).split('|').length
                for (let part = delivery.sent.length; part < parts; part += 1) {
                  delivery.onSent({ id: networks.telegram.show(delivery, part) })
                }
              }),
          ),
        )
        for (const after of restarts) await runOnce(temp.database.path, networks, after)
        const counts = await runOnce(temp.database.path, networks, Number.POSITIVE_INFINITY)

        // A bug that strikes one message three times fails it, which is said and not silent.
        const failed = temp.database
          .all<{ event: string }>("SELECT event FROM jobs WHERE state = 'failed'")
          .map(row => JSON.parse(row.event).content.body.text as string)
        assert.equal(counts.pending, 0)
        for (const [lane] of lanes.entries()) {
          const expected = texts.filter(each => each.lane === lane && !failed.includes(each.text))
          const shown = networks.telegram.shown
            .filter(each => each.chat === topicOf(lane))
            .map(each => each.text)
          const allowed = shown.filter(text => !failed.some(each => each.split('|').includes(text)))
          assert.deepEqual(
            allowed,
            expected.flatMap(each => each.text.split('|')),
          )
          assert.equal(new Set(shown).size, shown.length, 'nothing is doubled')
        }
      },
    ),
    { numRuns: 60 },
  )
})
