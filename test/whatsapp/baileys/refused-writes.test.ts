import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionChange, SessionStore } from '../../../src/bridge/network.ts'
import { putBack } from '../../../src/bridge/put-back.ts'
import { StoreError } from '../../../src/bridge/store-error.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

/** The next write of these is refused, as a full disk does; the disk has room again at once. */
const refuseNext = (
  sessions: SessionStore,
  isMeant: (change: SessionChange) => boolean,
): { happened: boolean } => {
  const refusal = { happened: false }
  const { set } = sessions
  Object.assign(sessions, {
    set: (changes: readonly SessionChange[]) => {
      if (!refusal.happened && changes.some(isMeant)) {
        refusal.happened = true
        throw new StoreError('The disk is full')
      }
      set(changes)
    },
  })
  return refusal
}

for (const addressing of ['pn', 'lid'] as const) {
  test(`The first message of a stranger crosses although the disk does not take the addresses (${addressing})`, async () => {
    await using linked = await Linked.started()
    const { wa, bridge } = linked
    const stranger = wa.addContact({ pushName: 'Stranger', addressing })
    const refusal = refuseNext(bridge.sessions, ({ type }) => type === 'lid-mapping')
    const id = await stranger.send('one')
    await until('the message', () => bridge.said.includes('one'))
    await until('its receipt', () => stranger.receipts.some(receipt => receipt.id === id))
    assert.ok(refusal.happened)
    assert.deepEqual(bridge.said, ['one'])
    assert.deepEqual(wa.nacks, [])
    wa.assertNoSurprises()
  })
}

test('When the disk takes writes again everything comes at once, however long the pauses are by then', async () => {
  await using linked = await Linked.started({ timing: { firstPause: 600_000, longestPause: 600_000 } })
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  let isFull = true
  let refused = 0
  const { set } = bridge.sessions
  Object.assign(bridge.sessions, {
    set: (changes: readonly SessionChange[]) => {
      if (!isFull) return set(changes)
      refused += 1
      throw new StoreError('The disk is full')
    },
  })
  const id = await alice.send('one')
  await until('the connection to end', () => bridge.statuses.at(-1)?.state === 'connecting')
  const before = refused
  // It is looked at while nothing else writes.
  await until('another look', () => refused > before + 1)
  assert.equal(wa.isConnected, false)
  isFull = false
  await until('the message', () => bridge.said.includes('one'))
  await until('its receipt', () => alice.receipts.some(receipt => receipt.id === id))
  assert.deepEqual(bridge.said, ['one'])
  wa.assertNoSurprises()
})

test('A message goes to all devices of somebody or, for now, to none when the disk does not take the session of one', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const laptop = alice.link()
  const chat = `whatsapp:${alice.lid}` as const
  await linked.deliver('one', { chat })
  await until('the first message', () => alice.inbox.length === 1 && laptop.inbox.length === 1)
  const phone = `${alice.lid.slice(0, alice.lid.indexOf('@'))}_1.0`
  const refusal = refuseNext(bridge.sessions, ({ type, id }) => type === 'session' && id === phone)
  const delivery = linked.delivery('two', { chat })
  const before = bridge.statuses.length
  await assert.rejects(linked.connection.send(delivery))
  assert.ok(refusal.happened)
  assert.deepEqual([alice.inbox.length, laptop.inbox.length], [1, 1])
  await until('a new connection', () => {
    const states = bridge.statuses.slice(before).map(({ state }) => state)
    return states.includes('connecting') && states.at(-1) === 'connected'
  })
  await linked.connection.send(delivery)
  await until('the second message', () => alice.inbox.length === 2 && laptop.inbox.length === 2)
  assert.deepEqual(
    [...alice.inbox, ...laptop.inbox].map(({ shown, copies }) => [shown?.text, copies]),
    [
      ['one', 1],
      ['two', 1],
      ['one', 1],
      ['two', 1],
    ],
  )
  wa.assertNoSurprises()
})

test('A phone that asks for a message again gets it although the disk does not take the new session', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const delivery = linked.delivery('one', { chat: `whatsapp:${alice.lid}` })
  await linked.connection.send(delivery)
  await until('the message', () => alice.inbox.length === 1)
  const refusal = refuseNext(bridge.sessions, ({ type }) => type === 'session')
  alice.askAgain(delivery.messageId)
  await until('a copy of it', () => alice.inbox[0]?.copies === 2)
  assert.ok(refusal.happened)
  assert.equal(alice.inbox.length, 1)
  wa.assertNoSurprises()
})

test('A login ends with the words of the disk when it does not take the new keys, and the next one succeeds', async () => {
  await using linked = await Linked.unlinked()
  const { sessions } = linked.bridge
  const refusal = refuseNext(
    sessions,
    ({ type, value }) => type === 'creds' && value?.includes('"account":{') === true,
  )
  await assert.rejects(linked.login(), ({ cause }: Error) => {
    assert.ok(cause instanceof StoreError)
    assert.equal(cause.message, 'The disk is full')
    return true
  })
  assert.ok(refusal.happened)
  assert.equal(linked.wa.companion, undefined)
  await linked.login()
  assert.equal(linked.connection.status.account, '15550000001@s.whatsapp.net')
})

test('A login ends with the words of the disk when it does not take what the phone sends first', async () => {
  await using linked = await Linked.unlinked()
  const { sessions } = linked.bridge
  const refusal = refuseNext(sessions, ({ type }) => type === 'app-state-sync-key')
  await assert.rejects(linked.login(), ({ cause }: Error) => {
    assert.ok(cause instanceof StoreError)
    return true
  })
  assert.ok(refusal.happened)
  await linked.start()
})

test('What asks for a message again is not acknowledged where the disk does not take it, and comes again', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const group = wa.addGroup({ subject: 'Class', participants: [alice] })
  const delivery = linked.delivery('for the class', { chat: `whatsapp:${group.jid}` })
  await linked.connection.send(delivery)
  await until('the message', () => alice.inbox.length === 1)
  await linked.restart()
  const refusal = refuseNext(linked.bridge.sessions, ({ type }) => type === 'owed')
  const before = linked.bridge.statuses.length
  wa.refuseQuery('w:g2 get query', 429)
  alice.askAgain(delivery.messageId, group)
  await until('a copy', () => alice.inbox[0]?.copies === 2)
  assert.ok(refusal.happened)
  assert.ok(linked.bridge.statuses.slice(before).some(({ state }) => state === 'connecting'))
  await until('its ack', () => wa.pending.length === 0)
  wa.assertNoSurprises()
})

test('A disk that cannot be read when the line is to be opened anew ends nothing: it is opened when it can', async () => {
  await using linked = await Linked.started({ timing: { firstPause: 10, longestPause: 50 } })
  const { wa, bridge, connection } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const { list } = bridge.sessions
  let tries = 0
  const refuse: typeof list = type => {
    if (type !== 'journal') return list(type)
    tries += 1
    throw new StoreError('The disk fails')
  }
  Object.assign(bridge.sessions, { list: refuse })
  wa.dropConnection()
  await until('more than one try', () => tries > 2)
  const { state, problem } = connection.status
  assert.deepEqual([state, problem], ['connecting', 'The disk fails'])
  Object.assign(bridge.sessions, { list })
  await alice.send('behind it')
  await until('the message', () => bridge.said.includes('behind it'))
})

test('A message that comes later than the word of it crosses although the disk does not take that it is waited for', async () => {
  await using linked = await Linked.started({ waitingMs: 60_000 })
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const refusal = refuseNext(bridge.sessions, ({ type }) => type === 'waiting')
  const id = alice.sendUnavailable(undefined)
  await until('the refusal', () => refusal.happened)
  await alice.send('at last', { id })
  await until('the message', () => bridge.said.includes('at last'))
  assert.deepEqual(bridge.said, ['at last'])
  assert.deepEqual(wa.nacks, [])
  wa.assertNoSurprises()
})

test('What groups are called since a backup was made is kept where the disk does not take it the first time', async () => {
  await using linked = await Linked.unlinked()
  const { wa } = linked
  const group = wa.addGroup({ subject: 'Class', participants: [wa.addContact({ name: 'Alice' })] })
  await linked.login()
  await linked.start()
  await until('the groups', () => linked.bridge.sessions.get('meta', 'groups') !== undefined)
  linked.bridge.sessions.set([{ ...putBack, value: 'yes' }])
  await linked.stop()
  group.subject = 'Last year'
  linked.reopen()
  const { sessions, known } = linked.bridge
  const refusal = refuseNext(sessions, ({ type, id }) => type === 'meta' && id === 'groups')
  await linked.start()
  await until('the refusal', () => refusal.happened)
  wa.dropConnection()
  await until('the groups again', () => sessions.get('meta', 'groups') !== undefined)
  assert.equal(sessions.get('name', group.jid), 'Last year')
  // What was told in vain is told again.
  assert.equal(known.filter(({ name }) => name === 'Last year').length, 2)
})

test('A change is read as it is where the disk cannot be read once', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const id = await alice.send('one')
  await until('the message', () => bridge.said.includes('one'))
  const { findMessage } = bridge
  let hasFailed = false
  bridge.findMessage = message => {
    if (hasFailed) return findMessage(message)
    hasFailed = true
    throw new StoreError('The disk fails')
  }
  await alice.acts.react(id, '👍')
  await until('the reaction', () => bridge.events.length === 2)
  assert.ok(hasFailed)
  assert.deepEqual(
    bridge.events.map(({ kind }) => kind),
    ['message', 'reaction'],
  )
})
