import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Outbox } from '../../src/outbox/index.ts'
import { tempStore } from './temp-store.ts'

const phone = 'whatsapp:491700000001@s.whatsapp.net'
const lid = 'whatsapp:123456789@lid'

test('the LID is canonical as soon as it is known, whichever came first', () => {
  using store = tempStore()
  assert.equal(store.chats.resolve(phone), phone)
  assert.equal(store.chats.learn({ chat: phone, aliases: [lid] }), lid)
  assert.equal(store.chats.resolve(phone), lid)
  assert.equal(store.chats.resolve(lid), lid)
  assert.equal(store.chats.learn({ chat: phone, pushName: 'Mum' }), lid)
  assert.deepEqual(
    store.chats.list().map(chat => [chat.ref, chat.aliases, chat.pushName]),
    [[lid, [phone], 'Mum']],
  )
})

test('a message that names both addresses teaches them', () => {
  using store = tempStore()
  assert.equal(store.chats.resolve(lid, [phone]), lid)
  assert.equal(store.chats.resolve(phone), lid)
})

test('a chat is called by its given name, else its own, else its number, and never by a LID', () => {
  using store = tempStore()
  assert.equal(store.chats.displayName(lid), 'Unknown')
  store.chats.learn({ chat: lid, aliases: [phone] })
  assert.equal(store.chats.displayName(lid), '+491700000001')
  store.chats.learn({ chat: phone, pushName: 'mummy' })
  assert.equal(store.chats.displayName(lid), 'mummy')
  store.chats.learn({ chat: lid, name: 'Mum' })
  assert.equal(store.chats.displayName(phone), 'Mum')
})

test('a nameless learn keeps the name', () => {
  using store = tempStore()
  store.chats.learn({ chat: lid, name: 'Mum', kind: 'person', lastActivity: 5_000_000 })
  store.chats.learn({ chat: lid, name: '', lastActivity: 4_000_000 })
  const { name, kind, lastActivity } = store.chats.get(lid) ?? {}
  assert.deepEqual({ name, kind, lastActivity }, { name: 'Mum', kind: 'person', lastActivity: 5_000_000 })
})

test('two addresses that turn out to be one chat take everything along', () => {
  using store = tempStore()
  store.chats.learn({ chat: phone, name: 'Mum' })
  store.chats.learn({ chat: lid, pushName: 'mummy' })
  store.mappings.add({ whatsapp: phone, telegram: 'telegram:-100/1' })
  const source = store.links.remember({ chat: phone, id: 'A', author: phone, me: false, raw: 'r' }, 1)
  assert.ok(source)
  store.links.add(source, 'telegram:-100/1', { id: '7' }, 1)
  store.chats.learn({ chat: lid, aliases: [phone] })

  assert.deepEqual(
    store.chats.list().map(chat => [chat.ref, chat.name, chat.pushName]),
    [[lid, 'Mum', 'mummy']],
  )
  assert.deepEqual(
    store.mappings.list().map(mapping => mapping.whatsapp),
    [lid],
  )
  assert.equal(store.links.remember({ chat: lid, id: 'A', author: lid, me: false }, 2), undefined)
  assert.equal(store.links.counterpart({ chat: 'telegram:-100/1', id: '7' }, lid)?.id, 'A')
})

test('a message that was stored under both addresses is one afterwards, with all its links', () => {
  using store = tempStore()
  const one = store.links.remember({ chat: phone, id: 'A', author: phone, me: false }, 1)
  const two = store.links.remember({ chat: lid, id: 'A', author: lid, me: false }, 1)
  assert.ok(one && two)
  store.links.add(one, 'telegram:-100/1', { id: '7' }, 1)
  store.links.add(two, 'telegram:-100/1', { id: '8' }, 1)
  store.chats.learn({ chat: phone, aliases: [lid] })
  for (const id of ['7', '8']) assert.equal(store.links.origin({ chat: 'telegram:-100/1', id }), lid)
  assert.equal(store.database.all("SELECT * FROM messages WHERE id = 'A'").length, 1)
  assert.ok(store.links.counterpart({ chat: lid, id: 'A' }, 'telegram:-100/1'))
})

for (const later of [phone, lid])
  test(`a message that was edited under both addresses was edited last when it was under the ${later === lid ? 'LID' : 'number'}`, () => {
    using store = tempStore()
    for (const address of [phone, lid] as const) {
      const key = store.links.remember({ chat: address, id: 'A', author: address, me: false }, 1)
      store.links.edit(key ?? 0, address === later ? 20 : 10, 30)
    }
    store.chats.learn({ chat: phone, aliases: [lid] })
    const [one, ...others] = store.database.all("SELECT edited_at FROM messages WHERE id = 'A'")
    assert.deepEqual([one, others], [{ edited_at: 20 }, []])
  })

test('when both addresses were mapped, the mapping added last stays', () => {
  using store = tempStore()
  store.mappings.add({ whatsapp: phone, telegram: 'telegram:-1', now: 1 })
  store.mappings.add({ whatsapp: lid, telegram: 'telegram:-2', now: 2 })
  store.chats.learn({ chat: phone, aliases: [lid] })
  assert.deepEqual(
    store.mappings.list().map(each => [each.whatsapp, each.telegram]),
    [[lid, 'telegram:-2']],
  )
})

test('a phone number that passes to another account does not merge the two people', () => {
  using store = tempStore()
  const other = 'whatsapp:987654321@lid'
  store.chats.learn({ chat: lid, aliases: [phone], name: 'Mum' })
  store.chats.learn({ chat: other, aliases: [phone], pushName: 'Stranger' })
  assert.equal(store.chats.resolve(phone), other)
  assert.equal(store.chats.displayName(lid), 'Mum')
  assert.equal(store.chats.displayName(other), 'Stranger')
})

test('a Telegram group that became a supergroup takes its mapping along', () => {
  using store = tempStore()
  store.mappings.add({ whatsapp: lid, telegram: 'telegram:-5' })
  store.chats.learn({ chat: 'telegram:-1005', aliases: ['telegram:-5'] })
  assert.deepEqual(
    store.mappings.list().map(mapping => mapping.telegram),
    ['telegram:-1005'],
  )
  assert.equal(store.mappings.forSource('telegram:-5')[0]?.whatsapp, lid)
})

test('messages of the old group are not taken for those of the supergroup, which counts anew', () => {
  using store = tempStore()
  const [group, supergroup] = ['telegram:-5', 'telegram:-1005'] as const
  const message = { id: '7', author: 'telegram:11', me: true } as const
  assert.ok(store.links.remember({ ...message, chat: group }, 1))
  store.chats.learn({ chat: supergroup, aliases: [group] })
  assert.ok(store.links.remember({ ...message, chat: supergroup }, 2))
})

test('a chat is found by a part of its name, its number or its address', () => {
  using store = tempStore()
  store.chats.learn({ chat: lid, aliases: [phone], name: 'Mütter der 4b' })
  store.chats.learn({ chat: 'whatsapp:1203@g.us', name: 'School', kind: 'group' })
  const found = (query: string) => store.chats.find(query).map(chat => chat.ref)
  assert.deepEqual(found('MÜTTER'), [lid])
  assert.deepEqual(found('+49 170 0000001'), [lid])
  assert.deepEqual(found('123456789'), [])
  assert.deepEqual(found('1203@g.us'), ['whatsapp:1203@g.us'])
  assert.deepEqual(found('nobody'), [])
})

test('a message that was read under a number is not waited for under the LID once both are one', () => {
  using store = tempStore()
  const number = 'whatsapp:15550000009@s.whatsapp.net'
  const lid = 'whatsapp:900000000000009@lid'
  for (const [id, read, waits] of [
    ['A', number, lid],
    ['B', lid, number],
  ] as const) {
    const key = store.links.remember({ id, chat: read, author: read, me: false, raw: 'RAW', content: 'C' }, 1)
    assert.ok(key)
    store.links.add(key, 'telegram:-100', { id: `7${id}` }, 1)
    store.links.remember({ id, chat: waits, author: waits, me: false, pending: true }, 2)
  }
  store.chats.learn({ chat: lid, aliases: [number] })
  for (const id of ['A', 'B']) {
    const { pending, raw, content } = store.links.find({ chat: lid, id }) ?? assert.fail()
    assert.deepEqual({ pending, raw, content }, { pending: false, raw: 'RAW', content: 'C' })
    const again = store.links.remember({ id, chat: lid, author: lid, me: false, raw: 'RAW' }, 3)
    assert.equal(again, undefined, 'it would cross again')
    assert.equal(store.links.counterpart({ chat: lid, id }, 'telegram:-100')?.id, `7${id}`)
  }
})

test('Of newcomers of whom nothing is known, nothing is looked for in all messages, whichever address comes first', t => {
  using store = tempStore()
  const run = t.mock.method(store.database, 'run')
  const members = Array.from({ length: 50 }, (_, number) => ({
    pn: `whatsapp:49170000${1000 + number}@s.whatsapp.net` as const,
    lid: `whatsapp:90000${1000 + number}@lid` as const,
  }))
  for (const [index, { pn, lid }] of members.entries()) {
    if (index % 2 === 0) store.chats.learn({ chat: lid, aliases: [pn] })
    else store.chats.learn({ chat: pn, aliases: [lid] })
  }
  const touched = new Set(
    run.mock.calls.map(({ arguments: [sql] }) => /(?:INTO|UPDATE|FROM) (\w+)/.exec(sql)?.[1]),
  )
  assert.deepEqual([...touched].sort(), ['aliases', 'chats'])
  for (const { pn, lid } of members) assert.equal(store.chats.resolve(pn), lid)
})

test('Of hundreds of newcomers who come together all messages are looked through once or twice, not once for each', t => {
  using store = tempStore()
  const pairOf = (number: number) => ({
    pn: `whatsapp:49170000${1000 + number}@s.whatsapp.net` as const,
    lid: `whatsapp:90000${1000 + number}@lid` as const,
  })
  const members = Array.from({ length: 300 }, (_, number) => pairOf(number))
  const [first, second, third, ...others] = members
  assert.ok(first && second && third)
  const looked: string[] = []
  for (const how of ['get', 'all'] as const) {
    const real = store.database[how].bind(store.database)
    t.mock.method(store.database, how, (sql: string, ...values: string[]) => {
      if (/ FROM messages/.test(sql)) looked.push(sql)
      return real(sql, ...values)
    })
  }
  store.transaction(() => {
    for (const { pn, lid } of others) store.chats.learn({ chat: lid, aliases: [pn] })
    assert.equal(looked.length, 2)
    // What is written in between counts: a message of a number that was nobody's until now.
    const message = { chat: 'whatsapp:1203@g.us', id: 'A', author: first.pn, me: false } as const
    const key = store.links.remember(message, 1)
    for (const { pn, lid } of [first, second, third]) store.chats.learn({ chat: lid, aliases: [pn] })
    assert.equal(key && store.links.get(key)?.author, first.lid)
  })
  for (const { pn, lid } of members) assert.equal(store.chats.resolve(pn), lid)
})

test('What is known of a number in any way goes over to its LID', () => {
  const ways: Readonly<Record<string, (store: ReturnType<typeof tempStore>) => unknown>> = {
    'jobs.lane': store =>
      new Outbox(store.database).add(
        { lane: phone, target: 'telegram:-100', source: 1, messageId: 'M', event: '{}' },
        1,
      ),
    'jobs.target': store =>
      new Outbox(store.database).add({ lane: 'a', target: phone, source: 1, messageId: 'M', event: '{}' }, 1),
    'messages.author': store =>
      store.links.remember({ chat: 'whatsapp:1203@g.us', id: 'A', author: phone, me: false }, 1),
    'messages.chat': store =>
      store.links.remember({ chat: phone, id: 'A', author: 'whatsapp:5@lid', me: true }, 1),
    'mappings.whatsapp': store => store.mappings.add({ whatsapp: phone, telegram: 'telegram:-100' }),
    'keeps.chat': store =>
      store.database.run('INSERT INTO keeps VALUES (?, ?, 1, ?, 1)', phone, 'A', 'whatsapp:5@lid'),
    'keeps.person': store =>
      store.database.run('INSERT INTO keeps VALUES (?, ?, 1, ?, 1)', 'whatsapp:1203@g.us', 'A', phone),
  }
  for (const [where, write] of Object.entries(ways)) {
    using store = tempStore()
    write(store)
    store.chats.learn({ chat: lid, aliases: [phone] })
    const [table, column] = where.split('.')
    assert.deepEqual(store.database.all(`SELECT ${column} AS ref FROM ${table}`), [{ ref: lid }], where)
  }
})
