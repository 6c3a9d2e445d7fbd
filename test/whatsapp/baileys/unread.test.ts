import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import type { BridgeEvent } from '../../../src/bridge/event.ts'
import { openStore, storePath } from '../../../src/store/index.ts'
import type { Contact } from '../../simulators/whatsapp/index.ts'
import { el, unixSeconds } from '../../simulators/whatsapp/node.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

const { Type } = proto.Message.ProtocolMessage

/** What becomes readable only when it comes again. `what`: how it looks on the outside. */
const changes = (me: string): [id: string, attrs: Record<string, string>, message: proto.IMessage][] => {
  const key = { remoteJid: me, fromMe: false, id: 'M1' }
  const edit = { key, type: Type.MESSAGE_EDIT, editedMessage: { conversation: 'Hello' } }
  return [
    ['R1', { type: 'reaction' }, { reactionMessage: { key, text: '👍' } }],
    ['E1', { type: 'text', edit: '1' }, { protocolMessage: edit }],
    [
      'P1',
      { type: 'text', edit: '2' },
      { pinInChatMessage: { key, type: 1 }, messageContextInfo: { messageAddOnDurationInSecs: 86_400 } },
    ],
    ['D1', { type: 'text', edit: '7' }, { protocolMessage: { key, type: Type.REVOKE } }],
  ]
}

const unreadable = (
  { lid, pn }: Contact,
  attrs: Record<string, string>,
  hidden: Record<string, string> = {},
) =>
  el('message', { from: lid, sender_pn: pn, notify: 'Alice', t: String(unixSeconds()), ...attrs }, [
    el('enc', { v: '2', type: 'msg', ...hidden }, randomBytes(100)),
  ])

/** A message of Alice's has come, and all changes of it are yet to. */
const open = async () => {
  const linked = await Linked.started({ waitingMs: 50 })
  const alice = linked.wa.addContact({ name: 'Alice' })
  await alice.send('helo', { id: 'M1' })
  await until('the message', () => linked.bridge.said.includes('helo'))
  return { linked, alice, all: changes(linked.wa.account.lid) }
}

const shown = (event: BridgeEvent) => [event.kind, event.id, 'target' in event ? event.target.id : '']

test('Nothing is announced of what phones show nothing of where they cannot read it, and it takes effect when it comes', async () => {
  const { linked: opened, alice, all } = await open()
  await using linked = opened
  const { wa } = linked
  for (const [id, attrs] of all) wa.inject(unreadable(alice, { ...attrs, id }, { 'decrypt-fail': 'hide' }))
  wa.inject(unreadable(alice, { type: 'text', id: 'M2' }))
  await until('the placeholder of what is no change', () => linked.bridge.messages.length === 2)
  for (const [id, , message] of all) await alice.send(message, { id })
  await until('the changes', () => linked.bridge.changes.length === all.length)
  assert.deepEqual(linked.bridge.events.map(shown), [
    ['message', 'M1', ''],
    ['message', 'M2', ''],
    ...['reaction', 'edit', 'pin', 'deletion'].map((kind, index) => [kind, all[index]?.[0], 'M1']),
  ])
})

test('What was announced goes when it turns out to be no message, or nothing that is shown', async () => {
  const { linked: opened, alice, all } = await open()
  await using linked = opened
  const { wa } = linked
  for (const [id, attrs] of all) wa.inject(unreadable(alice, { ...attrs, id }))
  wa.inject(unreadable(alice, { type: 'text', id: 'N1' }))
  await until('the placeholders', () => linked.bridge.messages.length === all.length + 2)
  for (const [id, , message] of all) await alice.send(message, { id })
  const nothing = { type: Type.EPHEMERAL_SYNC_RESPONSE }
  await alice.send({ protocolMessage: nothing }, { id: 'N1' })
  await until('their ends', () => linked.bridge.changes.length === 2 * all.length + 1)
  const ends = linked.bridge.changes.filter(({ id }) => id.endsWith('.end'))
  assert.deepEqual(
    ends.map(event => [...shown(event), 'by' in event && event.by]),
    [...all.map(([id]) => id), 'N1'].map(id => ['deletion', `${id}.end`, id, 'time']),
  )
  // Each of them comes behind what it is about, which ends the wait itself.
  for (const [id] of all) {
    const ids = linked.bridge.arrivals.map(({ event }) => event.id)
    assert.ok(ids.indexOf(id) < ids.indexOf(`${id}.end`))
  }
})

test('What was announced of one member of a group goes by nothing that another sends under its id', async () => {
  await using linked = await Linked.started({ waitingMs: 50 })
  const { wa, bridge } = linked
  const [alice, mallory] = ['Alice', 'Mallory'].map(name => wa.addContact({ name }))
  assert.ok(alice && mallory)
  const family = wa.addGroup({ subject: 'Family', participants: [alice, mallory] })
  wa.inject(unreadable(alice, { type: 'text', id: 'M1', from: family.jid, participant: alice.lid }))
  await until('the placeholder', () => bridge.messages.some(({ id }) => id === 'M1'))
  const nothing = { type: Type.EPHEMERAL_SYNC_RESPONSE }
  await mallory.send({ protocolMessage: nothing }, { id: 'M1', to: family })
  await mallory.send('behind it', { to: family })
  await until('what is behind it', () => bridge.said.includes('behind it'))
  assert.deepEqual(bridge.changes, [])
  await alice.send({ protocolMessage: nothing }, { id: 'M1', to: family })
  await until('its end', () => bridge.changes.length === 1)
})

test('The chat of what could not be read is told anew where the placeholder was not stored at first', async () => {
  await using linked = await Linked.started({ waitingMs: 50 })
  const alice = linked.wa.addContact({ pushName: 'Alice' })
  const inStore = (sql: string): void => {
    using store = openStore(storePath(linked.dir.path))
    store.database.run(sql)
  }
  inStore(`CREATE TRIGGER refused BEFORE DELETE ON sessions WHEN old.type = 'waiting'
    BEGIN SELECT RAISE(ABORT, 'refused'); END`)
  const { bridge } = linked
  const told = () => bridge.known.filter(({ chat }) => chat === `whatsapp:${alice.lid}`).length
  let refused = 0
  const receive = bridge.receive.bind(bridge)
  bridge.receive = (...given) => {
    try {
      receive(...given)
    } catch (error) {
      refused += 1
      throw error
    }
  }
  linked.wa.inject(unreadable(alice, { type: 'text', id: 'M1' }))
  await until('a try', () => refused > 0)
  const tried = told()
  inStore('DROP TRIGGER refused')
  await until('the placeholder', () => bridge.messages.length === 1)
  assert.ok(told() > tried)
})
