import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkName } from '../../src/bridge/chat-ref.ts'
import { makeCarrier } from '../../src/bridge/deliver.ts'
import type { BridgeEvent } from '../../src/bridge/event.ts'
import { makeInbox } from '../../src/bridge/receive.ts'
import { startRetention } from '../../src/bridge/retain.ts'
import { reject } from '../../src/bridge/verdict.ts'
import { Outbox, openPaceMemory, Pace, Worker } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { VirtualClock } from '../outbox/virtual-clock.ts'
import { tempStore } from '../store/temp-store.ts'
import { event, family, familyInTelegram, mum, mumInTelegram, owner, quiet } from './bridge.ts'
import { MemoryNetwork } from './memory-network.ts'

const day = 86_400_000
const hour = day / 24

/** What people do in a day: texts, a change of each kind, an answer, and now and then something that never arrives. */
const eventsOf = (today: number, now: number): BridgeEvent[] => {
  const texts = [mum, family, family, mum].map((chat, index) =>
    event(chat, `Day ${today}, no. ${index}: ${'words '.repeat(20)}`, {
      id: `${today}.${index}`,
      sentAt: now,
    }),
  )
  const [, first, second] = texts
  if (first === undefined || second === undefined) return []
  const { kind: _, content, ...head } = first
  return [
    ...texts,
    { ...head, kind: 'edit', id: `${today}.e`, target: { id: first.id }, content },
    { ...head, kind: 'reaction', id: `${today}.r`, target: { id: second.id }, emoji: '👍' },
    event(mumInTelegram, `Answer ${today}`, {
      // No id that the bridge's own messages have in that chat.
      id: `${1_000_000 + today}`,
      sender: { person: owner, me: true },
      sentAt: now,
    }),
    ...(today % 7 === 0 ? [event(mum, 'refused', { id: `${today}.x`, sentAt: now })] : []),
  ]
}

test('over two years of messages, changes and failures the file stops growing, and so does every table in it', async () => {
  using store = tempStore()
  const clock = new VirtualClock()
  const outbox = new Outbox(store.database)
  const networks = { whatsapp: new MemoryNetwork('whatsapp'), telegram: new MemoryNetwork('telegram') }
  const send = networks.telegram.send.bind(networks.telegram)
  networks.telegram.send = delivery => {
    const { content } = delivery.event
    if (content.kind === 'text' && content.body.text === 'refused') throw reject('Telegram does not want it')
    return send(delivery)
  }
  const tools = { store, outbox, newMessageId: (name: NetworkName) => networks[name].newMessageId() }
  const now = () => clock.now()
  await using worker = new Worker({
    outbox,
    carrier: makeCarrier({
      ...tools,
      network: name => networks[name],
      ownerChat: () => owner,
      peerOf: ratePeerOf,
      log: quiet,
      now,
    }),
    pace: new Pace(telegramBudgets, ratePeerOf, openPaceMemory(store.session('pace'))),
    transaction: (work, options) => store.transaction(work, options),
    log: quiet,
    clock,
  })
  const inboxOf = (network: NetworkName) =>
    makeInbox({ ...tools, network, wake: () => worker.wake(), changed: () => {}, log: quiet, now })
  const inbox = { whatsapp: inboxOf('whatsapp'), telegram: inboxOf('telegram') }
  store.mappings.add({ whatsapp: mum, telegram: mumInTelegram })
  store.mappings.add({ whatsapp: family, telegram: familyInTelegram })
  worker.start()
  using _ = startRetention({ store, outbox, time: now, log: quiet, clock })

  const tables = store.database
    .all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .map(({ name }) => name)
  const measure = () => ({
    pages: store.database.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0,
    rows: new Map(
      tables.map(name => [
        name,
        store.database.get<{ n: number }>(`SELECT count(*) AS n FROM ${name}`)?.n ?? 0,
      ]),
    ),
  })
  const began = clock.now()
  const measured: ReturnType<typeof measure>[] = []
  for (let today = 1; today <= 730; today += 1) {
    for (const each of eventsOf(today, clock.now())) {
      inbox[each.chat.startsWith('whatsapp:') ? 'whatsapp' : 'telegram'].receive([{ event: each }])
    }
    const midnight = began + today * day
    let isMidnight = false
    void clock.sleep(midnight - clock.now()).then(() => {
      isMidnight = true
    })
    await clock.runUntil(() => isMidnight)
    assert.equal(outbox.counts().pending, 0, `day ${today}`)
    measured.push(measure())
  }
  // It takes three half-years until the pages of indexes are as loosely filled as they get.
  const [before, after] = [measured[545], measured.at(-1)]
  assert.ok(before && after)
  assert.ok(after.pages <= before.pages * 1.02, `${before.pages} pages, then ${after.pages}`)
  for (const [name, rows] of after.rows) {
    const known: number = before.rows.get(name) ?? 0
    // Half a year is kept, and failures a month longer: what grew with time would be larger by half.
    assert.ok(rows <= known * 1.05 + 5, `${name}: ${known} rows, then ${rows}`)
  }
  assert.ok((after.rows.get('messages') ?? 0) > 1000, 'half a year is there')
  assert.ok(clock.now() - began >= 729 * day + 23 * hour)
})
