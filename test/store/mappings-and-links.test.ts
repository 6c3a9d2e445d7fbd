import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MappingError } from '../../src/store/index.ts'
import { tempStore } from './temp-store.ts'

const [mum, dad, family] = ['whatsapp:1@lid', 'whatsapp:2@lid', 'whatsapp:3@g.us'] as const
const topic = 'telegram:-100/42'

const refusedWith = (code: string) => (error: unknown) => error instanceof MappingError && error.code === code

test('a WhatsApp chat is in one mapping only', () => {
  using store = tempStore()
  store.mappings.add({ whatsapp: mum, telegram: topic })
  assert.throws(
    () => store.mappings.add({ whatsapp: mum, telegram: 'telegram:-2' }),
    refusedWith('already-mapped'),
  )
  assert.equal(store.mappings.list().length, 1)
})

test('a Telegram chat takes several WhatsApp chats when one of them at most is two-way', () => {
  using store = tempStore()
  store.mappings.add({ whatsapp: dad, telegram: topic, toTelegramOnly: true })
  store.mappings.add({ whatsapp: mum, telegram: topic })
  store.mappings.add({ whatsapp: family, telegram: topic, toTelegramOnly: true })
  assert.throws(
    () => store.mappings.add({ whatsapp: 'whatsapp:4@lid', telegram: topic }),
    refusedWith('telegram-taken'),
  )
  assert.deepEqual(
    store.mappings.forSource(topic).map(each => each.whatsapp),
    [mum, dad, family],
  )
  assert.deepEqual(
    store.mappings.forSource(family).map(each => each.telegram),
    [topic],
  )
})

test('removing what is not mapped says so', () => {
  using store = tempStore()
  assert.throws(() => store.mappings.remove(mum), refusedWith('not-mapped'))
  store.mappings.add({ whatsapp: mum, telegram: topic })
  assert.equal(store.mappings.remove(mum).telegram, topic)
  assert.deepEqual(store.mappings.list(), [])
})

test('since when a mapping stands is kept, whatever addresses its chats get', () => {
  using store = tempStore()
  const [number, group, supergroup] = [
    'whatsapp:15550000001@s.whatsapp.net',
    'telegram:-5',
    'telegram:-1005',
  ] as const
  assert.equal(store.mappings.add({ whatsapp: number, telegram: group, since: 5000 }).since, 5000)
  store.mappings.add({ whatsapp: dad, telegram: topic })
  store.chats.learn({ chat: mum, aliases: [number] })
  store.chats.learn({ chat: supergroup, aliases: [group] })
  assert.deepEqual(
    store.mappings.list().map(({ whatsapp, telegram, since }) => [whatsapp, telegram, since]),
    [
      [mum, supergroup, 5000],
      [dad, topic, undefined],
    ],
  )
})

test('every part of a split message leads back to it, and it leads to its first part', () => {
  using store = tempStore()
  const source = store.links.remember({ chat: mum, id: 'A', author: mum, me: false, raw: 'proto' }, 1)
  assert.ok(source)
  assert.deepEqual(
    ['7', '8', '9'].map(id => store.links.add(source, topic, { id }, 1)),
    [0, 1, 2],
  )
  assert.deepEqual(
    store.links.parts(source).map(part => part.id),
    ['7', '8', '9'],
  )
  assert.equal(store.links.counterpart({ chat: mum, id: 'A' }, topic)?.id, '7')
  for (const id of ['7', '8', '9']) {
    const { id: back, author, raw } = store.links.counterpart({ chat: topic, id }, mum) ?? {}
    assert.deepEqual({ back, author, raw }, { back: 'A', author: mum, raw: 'proto' })
  }
  assert.equal(store.links.origin({ chat: topic, id: '8' }), mum)
  assert.equal(store.links.counterpart({ chat: topic, id: '10' }, mum), undefined)
})

test('an edited message is kept as it is now, in its old place', () => {
  using store = tempStore()
  const source = store.links.remember({ chat: topic, id: 'A', me: true }, 1)
  assert.ok(source)
  for (const id of ['7', '8']) store.links.add(source, mum, { id, raw: 'before' }, 1)
  assert.equal(store.links.add(source, mum, { id: '7', raw: 'after' }, 2), 0)
  store.links.add(source, mum, { id: '8' }, 2)
  assert.deepEqual(store.links.parts(source), [
    { id: '7', raw: 'after' },
    { id: '8', raw: 'before' },
  ])
})

test('the same id from another person in a group is another message', () => {
  using store = tempStore()
  assert.ok(store.links.remember({ chat: family, id: 'A', author: mum, me: false }, 1))
  assert.ok(store.links.remember({ chat: family, id: 'A', author: dad, me: false }, 1))
  assert.equal(store.links.remember({ chat: family, id: 'A', author: dad, me: false }, 1), undefined)
  assert.equal(store.links.find({ chat: family, id: 'A' }, dad)?.author, dad)
})

test('forgetting goes through all messages, a few at a time, and spares what has yet to disappear', () => {
  using store = tempStore()
  const remember = (id: string, seenAt: number, more = {}) =>
    store.links.remember({ chat: family, id, author: mum, me: false, ...more }, seenAt)
  for (const [id, seenAt] of [
    ['A', 1],
    ['B', 10],
    ['C', 2],
    ['D', 3],
  ] as const)
    remember(id, seenAt)
  remember('E', 4, { expiresAt: 100 })
  remember('F', 4, { expiresAt: 4 })
  const first = store.links.forget({ before: 5, after: 0, limit: 2 })
  assert.equal(first.forgotten, 1)
  const second = store.links.forget({ before: 5, after: first.last ?? 0, limit: 10 })
  assert.equal(second.forgotten, 3)
  assert.equal(store.links.forget({ before: 5, after: second.last ?? 0, limit: 10 }).last, undefined)
  const left = ['A', 'B', 'C', 'D', 'E', 'F'].filter(id => store.links.find({ chat: family, id }))
  assert.deepEqual(left, ['B', 'E'])
})

test('the heartbeat comes back as it was written', () => {
  using store = tempStore()
  assert.equal(store.heartbeat.read(), undefined)
  const beat = {
    pid: 1,
    startedAt: 2,
    beatAt: 3,
    clock: 4,
    networks: { whatsapp: { state: 'connected', account: '+49' }, telegram: { state: 'connecting' } },
  } as const
  store.heartbeat.beat({ ...beat, beatAt: 1 })
  store.heartbeat.beat(beat)
  assert.deepEqual(store.heartbeat.read(), beat)
})
