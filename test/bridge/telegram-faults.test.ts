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

test('what a firewall refuses for its words is given up after eight tries and told, and what is behind it goes on', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const home = tg.addPrivateChat(owner)
  const group = tg.addSupergroup({ title: 'WhatsApp', botRights: {} })
  using store = tempStore()
  store.mappings.add({ whatsapp: lanes[0], telegram: `telegram:${group.id}` })
  tg.faults.next(
    'sendMessage',
    { status: 403, html: '<html>Blocked</html>' },
    { times: 1000, when: ({ text }) => String(text).includes('DROP TABLE') },
  )
  await using middle = openMiddle(store, tg, { ownerChat: () => `telegram:${owner.id}` })
  await middle.start()
  for (const text of ['DROP TABLE x', 'hello']) middle.inbox.receive([{ event: event(lanes[0], text) }])
  await tg.until('the outbox to be done', () => middle.outbox.counts().pending === 0)
  assert.deepEqual(
    group.transcript().map(({ text }) => text?.split('\n').at(-1)),
    ['hello'],
  )
  const tries = tg
    .callsOf('sendMessage')
    .filter(({ params }) => String(params['text']).includes('DROP TABLE'))
  assert.equal(tries.length, 8)
  assert.deepEqual(middle.outbox.counts(), { pending: 0, failed: 1 })
  assert.match(
    home.transcript().at(-1)?.text ?? '',
    /could not be shown in Telegram: Something between this machine and Telegram refuses it .* 403 without JSON/,
  )
})

test('edits and deletions that a firewall refuses hold up nobody either', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'WhatsApp', botRights: {} })
  using store = tempStore()
  store.mappings.add({ whatsapp: lanes[0], telegram: `telegram:${group.id}` })
  const page = { status: 403, html: '<html>Blocked</html>' }
  tg.faults.next('editMessageText', page, { times: 1000 })
  tg.faults.next('deleteMessage', page, { times: 1000 })
  await using middle = openMiddle(store, tg)
  await middle.start()
  const person = lanes[0]
  const from = { id: 'M1', sender: { person, me: false } }
  middle.inbox.receive([{ event: event(lanes[0], 'first', from) }])
  await tg.until('the message', () => group.transcript().length === 1)
  const { content, ...head } = event(lanes[0], 'second', { ...from, id: 'M2' })
  middle.inbox.receive([{ event: { ...head, kind: 'edit', content, target: { id: 'M1', person } } }])
  await tg.until('the edit to be given up', () => middle.outbox.counts().failed === 1)
  middle.inbox.receive([
    { event: { ...head, id: 'M3', kind: 'deletion', by: 'author', target: { id: 'M1', person } } },
  ])
  middle.inbox.receive([{ event: event(lanes[0], 'hello', { ...from, id: 'M4' }) }])
  await tg.until('the outbox to be done', () => middle.outbox.counts().pending === 0)
  assert.equal(group.transcript().at(-1)?.text, 'hello')
})
