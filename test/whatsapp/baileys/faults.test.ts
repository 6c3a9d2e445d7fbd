import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../../src/bridge/store-error.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

test('A disk that takes nothing costs the connection, and no message', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  await alice.send('before')
  await until('the first', () => bridge.events.length === 1)
  await until('its receipt', () => wa.pending.length === 0)
  const { set } = bridge.sessions
  Object.assign(bridge.sessions, {
    set: () => {
      throw new StoreError('disk full')
    },
  })
  await alice.send('during')
  await until('the end of the connection', () => linked.connection.status.state === 'connecting')
  assert.equal(wa.pending.filter(({ tag }) => tag === 'message').length, 1, 'it must not be receipted')
  Object.assign(bridge.sessions, { set })
  await until('the message', () => bridge.said.includes('during'))
  await alice.send('after')
  await until('the last', () => bridge.events.length === 3)
  assert.deepEqual(bridge.said, ['before', 'during', 'after'])
  assert.deepEqual(wa.nacks, [])
})

test('A message that could not be decrypted is asked for again and crosses', async () => {
  await using linked = await Linked.started({ waitingMs: 60_000 })
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  await alice.send('one')
  await until('the first', () => bridge.events.length === 1)
  // As after a restored backup: the session is gone here, and the sender does not know.
  await linked.deliver('answer', { chat: `whatsapp:${alice.lid}` })
  await until('the answer', () => alice.inbox.length === 1)
  const sessions = [...bridge.sessions.list('session')].filter(({ id }) => id.startsWith('90000000000000'))
  bridge.sessions.set(sessions.map(({ id }) => ({ type: 'session', id, value: null })))
  await alice.send('two')
  await until('the second', () => bridge.said.includes('two'))
  assert.deepEqual(bridge.said, ['one', 'two'])
  assert.deepEqual([...bridge.sessions.list('waiting')], [])
})

test('What is sent while the backlog comes in keeps its place behind it', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  await linked.stop()
  for (let turn = 0; turn < 50; turn += 1) await alice.send(String(turn), { to: group })
  const restarted = linked.restart({ stopped: true })
  await until('the connection', () => wa.isLive)
  for (let turn = 50; turn < 60; turn += 1) await alice.send(String(turn), { to: group })
  await restarted
  const texts = () =>
    linked.bridge.messages.flatMap(({ content }) => (content.kind === 'text' ? [content.body.text] : []))
  await until('all', () => texts().length === 60)
  assert.deepEqual(
    texts(),
    Array.from({ length: 60 }, (_, turn) => String(turn)),
  )
})
