import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Contact } from '../../simulators/whatsapp/index.ts'
import { until } from '../support.ts'
import { failureOf } from './changes.ts'
import { Linked } from './linked.ts'

const texts = ({ inbox }: Pick<Contact, 'inbox'>) => inbox.map(({ shown }) => shown?.text)

for (const addressing of ['lid', 'pn'] as const)
  test(`Devices for whose sake WhatsApp refuses all keys do not close a group addressed by ${addressing}`, async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const names = ['Alice', 'Bob', 'Carol', 'Dora', 'Eve', 'Frank', 'Gone']
    const people = names.map(name => wa.addContact({ name }))
    const [alice, bob] = people
    const gone = people.at(-1)
    assert.ok(alice && bob && gone)
    const laptop = bob.link()
    wa.refuseKeys(gone, { refuses: 'query' })
    wa.refuseKeys(bob, { refuses: 'query', device: 1 })
    const group = wa.addGroup({ subject: 'Class', participants: people, addressing })
    for (const text of ['one', 'two']) await linked.deliver(text, { chat: `whatsapp:${group.jid}` })
    const others = people.filter(person => person !== gone)
    await until('both', () => others.every(({ inbox }) => inbox.length === 2))
    for (const person of others) assert.deepEqual(texts(person), ['one', 'two'])
    assert.deepEqual([gone.inbox, laptop.inbox], [[], []])
    const groupMessages = wa.requests.filter(
      ({ tag, attrs }) => tag === 'message' && attrs['to'] === group.jid,
    )
    assert.equal(groupMessages.length, 2)
    assert.deepEqual(linked.told, [])
    wa.assertNoSurprises()
  })

test('A device of somebody that is gone does not keep a message from their others', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const [gone, tablet] = [alice.link(), alice.link()]
  wa.refuseKeys(alice, { refuses: 'query', device: 1 })
  for (const text of ['one', 'two']) await linked.deliver(text, { chat: `whatsapp:${alice.lid}` })
  await until('both', () => alice.inbox.length === 2 && tablet.inbox.length === 2)
  assert.deepEqual(
    [texts(alice), texts(tablet)],
    [
      ['one', 'two'],
      ['one', 'two'],
    ],
  )
  assert.deepEqual(gone.inbox, [])
  wa.assertNoSurprises()
})

test('Somebody whose only device is gone cannot be written to, and nothing is left behind on the own phone', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const gone = wa.addContact({ name: 'Gone' })
  wa.refuseKeys(gone, { refuses: 'query' })
  for (let times = 0; times < 2; times += 1) {
    const failure = await failureOf(linked.deliver('hello', { chat: `whatsapp:${gone.lid}` }))
    assert.equal(failure.verdict.kind, 'reject')
    assert.match(failure.message, /cannot be written to \(406\)/)
  }
  assert.deepEqual(wa.phone.inbox, [])
  wa.assertNoSurprises()
})

test('Where WhatsApp gives no keys of the own phone, nothing is sent to somebody behind its back, and it is tried again', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const { sessions } = linked.bridge
  sessions.set([...sessions.list('session')].map(({ id }) => ({ type: 'session', id, value: null })))
  wa.refuseKeys('me', { refuses: 'query' })
  const failure = await failureOf(linked.deliver('hello', { chat: `whatsapp:${alice.lid}` }))
  assert.match(failure.message, /keys of your own phone/)
  assert.deepEqual([failure.verdict.kind, failure.chatUnreachable], ['retry', false])
  assert.ok(!wa.requests.some(({ tag }) => tag === 'message'))
})
