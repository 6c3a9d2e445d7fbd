import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from '../../src/store/index.ts'
import type { Fault } from '../simulators/telegram/faults.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event, quiet } from './bridge.ts'
import { openMiddle } from './middle.ts'

const faults: readonly Fault[] = [
  'reply-lost',
  'reset-before',
  { error: 500, description: 'Internal Server Error: restart', done: true },
  { error: 500, description: 'Internal Server Error: restart' },
  { error: 429, description: 'Too Many Requests: retry after 1', retryAfter: 1 },
  { status: 502, html: '<html>Bad Gateway</html>', done: true },
  { status: 403, html: '<html>Forbidden</html>' },
  { status: 404, html: '<html>Not Found</html>' },
  'reply-lost',
]
const lanes = ['whatsapp:1@lid', 'whatsapp:2@lid', 'whatsapp:3@g.us'] as const

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

test('what was sent while the disk took no link of it is found again, not sent again', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'WhatsApp', botRights: {} })
  using store = tempStore()
  store.mappings.add({ whatsapp: lanes[0], telegram: `telegram:${group.id}` })
  const errors: unknown[] = []
  const log = { ...quiet, error: (_: object, words: string) => errors.push(words) }
  await using middle = openMiddle(store, tg, { log })
  await middle.start()
  // Before there can be an answer.
  const breakDisk = () => {
    store.database.run('PRAGMA query_only = ON')
    return true
  }
  tg.faults.next('sendMessage', { delayMs: 0 }, { when: breakDisk })
  middle.inbox.receive([{ event: event(lanes[0], 'once') }])
  await tg.until('the disk to refuse', () => errors.includes('The outbox cannot be written; trying again'))
  store.database.run('PRAGMA query_only = OFF')
  middle.inbox.receive([{ event: event(lanes[0], 'and then') }])
  await tg.until('the outbox to be done', () => middle.outbox.counts().pending === 0)
  assert.deepEqual(
    group.transcript().map(({ text }) => text?.split('\n').at(-1)),
    ['once', 'and then'],
  )
  assert.equal(tg.callsOf('sendMessage').length, 2)
})
