import assert from 'node:assert/strict'
import { test } from 'node:test'
import { putBack } from '../../../src/bridge/put-back.ts'
import { refuseEvents, until } from '../support.ts'
import { Linked } from './linked.ts'

/** A group with an administrator, somebody who has written ten messages there, and somebody else. */
const open = async () => {
  const linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const [bob, eve] = [wa.addContact({ name: 'Bob' }), wa.addContact({ name: 'Eve' })]
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob, eve], admins: [alice] })
  const ids: string[] = []
  for (let turn = 1; turn <= 10; turn += 1) ids.push(await bob.send(`advert ${turn}`, { to: group }))
  await until('all of it', () => linked.bridge.said.length === 1 + ids.length)
  await until('the administrator', () => linked.bridge.sessions.get('admins', group.jid)?.includes(alice.lid))
  return { linked, wa, alice, eve, group, ids }
}

/** By whose right messages were deleted, in order. */
const rights = ({ bridge }: Linked): string[] =>
  bridge.changes.map(change => (change.kind === 'deletion' ? change.by : change.kind))

test('What an administrator has deleted who leaves behind that is deleted, also where all of it comes at once', async () => {
  const { linked, wa, alice, group, ids } = await open()
  await using _ = linked
  await linked.stop()
  for (const id of ids) await alice.acts.revoke(id, { to: group })
  group.remove(alice)
  linked.reopen()
  await linked.start()
  await until('all of it', () => rights(linked).length === ids.length)
  assert.deepEqual(new Set(rights(linked)), new Set(['admin']))
  await until('the notice', () => linked.bridge.said.includes('Has left the group'))
  assert.ok(!linked.bridge.sessions.get('admins', group.jid)?.includes(alice.lid))
  wa.assertNoSurprises()
})

test('What was deleted by right stays so where WhatsApp was asked about somebody else behind that', async () => {
  const { linked, wa, alice, eve, group, ids } = await open()
  await using _ = linked
  const [first = '', ...others] = ids
  await eve.acts.revoke(first, { to: group })
  for (const id of others) await alice.acts.revoke(id, { to: group })
  group.demote(alice, alice)
  await alice.acts.revoke(first, { to: group })
  await until('all of it', () => rights(linked).length === ids.length + 1)
  assert.deepEqual(rights(linked), ['author', ...others.map(() => 'admin'), 'author'])
  wa.assertNoSurprises()
})

test('Who administers no more deletes nothing of others, also while Baileys is not there yet', async () => {
  const { linked, wa, alice, eve, group, ids } = await open()
  await using _ = linked
  const [first = '', second = ''] = ids
  await eve.acts.revoke(first, { to: group })
  await until('the question', () => rights(linked).length === 1)
  // Its handling of notifications waits for this answer.
  wa.refuseQuery('w:sync:app:state set sync', 'silence')
  wa.phone.saves(eve, 'Eve')
  group.demote(alice)
  for (const id of [first, second]) await alice.acts.revoke(id, { to: group })
  await until('all of it', () => rights(linked).length === 3)
  assert.deepEqual(rights(linked), ['author', 'author', 'author'])
  assert.ok(!linked.bridge.sessions.get('admins', group.jid)?.includes(alice.lid))
  wa.assertNoSurprises()
})

test('Of a group that we are out of nobody is known to administer it, and of one that is new to us whoever does', async () => {
  const { linked, wa, alice, eve, group } = await open()
  await using _ = linked
  const row = () => linked.bridge.sessions.get('admins', group.jid)
  group.remove('me', alice)
  await until('the removal', () => row() === '[]')
  // Baileys' handling of notifications waits for this answer.
  wa.refuseQuery('w:sync:app:state set sync', 'silence')
  wa.phone.saves(eve, 'Eve')
  group.welcome(eve)
  await until('the administrator', () => row()?.includes(alice.lid))
  wa.assertNoSurprises()
})

test('Who administered groups when the phone ended the link is not known behind the next one', async () => {
  const { linked, wa, group } = await open()
  await using _ = linked
  wa.streamError(401)
  await until('the end', () => linked.connection.status.state === 'logged_out')
  assert.equal(linked.bridge.sessions.get('admins', group.jid), undefined)
})

test('Who administered a group when a backup was made, and does no more when it is put back, is asked about', async () => {
  const { linked, wa, alice, eve, group, ids } = await open()
  await using _ = linked
  const row = () => linked.bridge.sessions.get('admins', group.jid)
  await linked.restart()
  await until('all groups', () => linked.bridge.sessions.get('meta', 'groups') !== undefined)
  const value = row() ?? ''
  group.promote(eve)
  group.demote(alice)
  await until('the news', () => row()?.includes(alice.lid) === false)
  linked.bridge.sessions.set([
    { type: 'admins', id: group.jid, value },
    { ...putBack, value: 'yes' },
  ])
  await linked.restart()
  await until('the news again', () => row()?.includes(eve.lid))
  await alice.acts.revoke(ids[0] ?? '', { to: group })
  await until('the deletion', () => rights(linked).length === 1)
  assert.deepEqual(rights(linked), ['author'])
  wa.assertNoSurprises()
})

test('Whoever administers a group no more does not by their other address either, which the notice does not name', async () => {
  const { linked, wa, alice, group, ids } = await open()
  await using _ = linked
  const [first = '', second = ''] = ids
  await alice.acts.revoke(first, { to: group })
  alice.pair = 'asked'
  group.demote(alice, alice)
  await alice.acts.revoke(second, { to: group })
  await until('both', () => rights(linked).length === 2)
  assert.deepEqual(rights(linked), ['admin', 'author'])
  wa.assertNoSurprises()
})

test('Who administers no more does not again because WhatsApp says late how all groups were', async () => {
  const { linked, wa, alice, group, ids } = await open()
  await using _ = linked
  const row = (type: string, id: string) => linked.bridge.sessions.get(type, id)
  await linked.stop()
  linked.reopen()
  linked.bridge.sessions.set([{ type: 'meta', id: 'groups', value: null }])
  const answer = wa.holdAnswer('w:g2 get participating')
  await linked.start()
  group.demote(alice)
  group.disappear(86_400)
  await until('the news', () => row('timer', group.jid)?.includes('86400'))
  answer()
  await alice.send('behind it', { to: group })
  await until('what came behind it', () => linked.bridge.said.includes('behind it'))
  assert.ok(row('timer', group.jid)?.includes('86400'))
  await alice.acts.revoke(ids[0] ?? '', { to: group })
  await until('the deletion', () => rights(linked).length === 1)
  assert.deepEqual(rights(linked), ['author'])
  // It is asked again.
  await linked.restart()
  await until('all groups', () => row('meta', 'groups') !== undefined)
  assert.ok(!row('admins', group.jid)?.includes(alice.lid))
  wa.assertNoSurprises()
})

test('Whether settings are for administrators alone is known behind its notice, also while Baileys is not there yet', async () => {
  const { linked, wa, alice, eve, group, ids } = await open()
  await using _ = linked
  const [first = '', second = ''] = ids
  // Its handling of notifications waits for this answer.
  wa.refuseQuery('w:sync:app:state set sync', 'silence')
  wa.phone.saves(eve, 'Eve')
  group.set({ locked: true }, alice)
  await eve.acts.keep(first, { to: group })
  await until('the first', () => linked.bridge.changes.length === 1)
  group.set({ locked: false }, alice)
  await eve.acts.keep(second, { to: group })
  await until('both', () => linked.bridge.changes.length === 2)
  assert.deepEqual(
    linked.bridge.changes.map(change => change.kind === 'kept' && change.by),
    ['author', 'anyone'],
  )
  wa.assertNoSurprises()
})

test('Who administers no more deletes nothing of others, also where the notice of it cannot be stored', async () => {
  const { linked, wa, alice, group, ids } = await open()
  await using _ = linked
  refuseEvents(linked.dir.path, 'No longer admin')
  group.demote(alice)
  await alice.acts.revoke(ids[0] ?? '', { to: group })
  await until('the deletion', () => rights(linked).length === 1)
  assert.deepEqual(rights(linked), ['author'])
  wa.assertNoSurprises()
})

test('Groups are asked for anew when WhatsApp says that they have changed, without a notice of how', async () => {
  const { linked, wa, group } = await open()
  await using _ = linked
  const row = (type: string, id: string) => linked.bridge.sessions.get(type, id)
  await linked.restart()
  await until('all groups', () => row('meta', 'groups') !== undefined)
  group.locked = true
  const dirty = { tag: 'dirty', attrs: { type: 'groups', timestamp: '1' } }
  wa.inject({ tag: 'ib', attrs: { from: 's.whatsapp.net' }, content: [dirty] })
  await until('how it is', () => row('restricted', group.jid) !== undefined, 20_000)
  wa.assertNoSurprises()
})
