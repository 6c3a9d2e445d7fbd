import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeCarrier } from '../../src/bridge/deliver.ts'
import type { Network } from '../../src/bridge/network.ts'
import { makeInbox } from '../../src/bridge/receive.ts'
import { Outbox, Pace, Worker } from '../../src/outbox/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { openTelegram } from '../../src/telegram/connection.ts'
import { idPeerOf } from '../../src/telegram/rates.ts'
import { leapingClock } from '../outbox/leaping-clock.ts'
import type { Fault } from '../simulators/telegram/faults.ts'
import { startTelegramSimulator, type TelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { silent } from '../telegram/bench.ts'
import { event } from './bridge.ts'
import { MemoryNetwork } from './memory-network.ts'

const faults: readonly Fault[] = [
  'reply-lost',
  'reset-before',
  { error: 500, description: 'Internal Server Error: restart', done: true },
  { error: 500, description: 'Internal Server Error: restart' },
  { error: 429, description: 'Too Many Requests: retry after 1', retryAfter: 1 },
  { status: 502, html: '<html>Bad Gateway</html>', done: true },
  'reply-lost',
]
const lanes = ['whatsapp:1@lid', 'whatsapp:2@lid', 'whatsapp:3@g.us'] as const

/** The middle of the bridge over a store, with the real Telegram network on one side. */
const openMiddle = (store: Store, tg: TelegramSimulator) => {
  const outbox = new Outbox(store.database)
  const whatsapp = new MemoryNetwork('whatsapp')
  const networks = new Map<string, Network>([['whatsapp', whatsapp]])
  const network = (name: string): Network => networks.get(name) ?? whatsapp
  const tools = { store, outbox, newMessageId: (name: string) => network(name).newMessageId() }
  const inbox = makeInbox({
    ...tools,
    network: 'whatsapp',
    wake: () => worker.wake(),
    changed: name => worker.resume(name),
    log: silent,
  })
  const telegram = openTelegram({
    token: tg.token,
    apiRoot: tg.apiRoot,
    owners: [7001],
    sessions: store.session('telegram'),
    inbox: { ...inbox, changed: () => worker.resume('telegram') },
    logger: silent,
    graceMs: 0,
  })
  networks.set('telegram', telegram)
  const pace = new Pace([])
  const carrier = makeCarrier({
    ...tools,
    network,
    ownerChat: () => undefined,
    peerOf: idPeerOf,
    log: silent,
  })
  const worker = new Worker({
    outbox,
    carrier,
    pace,
    transaction: work => store.transaction(work),
    log: silent,
    clock: leapingClock(),
  })
  return {
    inbox,
    outbox,
    async start() {
      worker.start()
      await telegram.start()
    },
    [Symbol.asyncDispose]: async () => {
      await worker.stop()
      await telegram[Symbol.asyncDispose]()
    },
  }
}

test('through lost answers, resets, restarts of the server and of the bridge each message stands in its topic once, in order', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'WhatsApp', forum: true, botRights: {} })
  const topics = lanes.map((_, index) => group.addTopic({ name: `Topic ${index}` }))
  using temp = tempStore()
  for (const [index, whatsapp] of lanes.entries()) {
    temp.mappings.add({ whatsapp, telegram: `telegram:${group.id}/${topics[index]?.message_thread_id}` })
  }
  const count = 45
  for (let index = 0; index < count; index += 1) {
    const fault = faults[index % faults.length]
    const text = `m${index}`
    if (fault && index % 2 === 0) {
      tg.faults.next('sendMessage', fault, { when: params => String(params['text']).endsWith(text) })
    }
  }
  let next = 0
  for (const until of [15, 30, count]) {
    using store = openStore(temp.database.path)
    await using middle = openMiddle(store, tg)
    await middle.start()
    for (; next < until; next += 1) {
      middle.inbox.receive([{ event: event(lanes[next % 3] ?? lanes[0], `m${next}`) }])
    }
    // The first two runs are stopped in the middle of their work.
    const left = until === count ? 0 : 6
    await tg.until('the outbox to be done', () => middle.outbox.counts().pending <= left)
  }
  for (const [lane, topic] of topics.entries()) {
    const said = topic.transcript().map(seen => seen.text?.split('\n').at(-1))
    const expected = Array.from({ length: count }, (_, index) => index).filter(index => index % 3 === lane)
    assert.deepEqual(
      said,
      expected.map(index => `m${index}`),
      `topic ${lane}`,
    )
  }
  tg.assertNoSurprises()
})
