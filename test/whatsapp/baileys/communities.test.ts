import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMessage } from '../../../src/bridge/event.ts'
import type { Group } from '../../simulators/whatsapp/group.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

/** What was said in a group, and by whom: by their names for themselves, as the wire has them. */
const heardIn = ({ bridge }: Linked, { jid }: Group): string[] =>
  bridge.events.flatMap(event => {
    if (event.chat !== `whatsapp:${jid}` || !isMessage(event)) return []
    const { content, sender } = event
    const words =
      content.kind === 'text' ? content.body.text : 'label' in content ? content.label : content.kind
    return [`${sender.me ? 'me' : sender.name}: ${words}`]
  })

test('A group says when it becomes a part of a community and when it is none any more, and nothing of its neighbours', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const group = wa.addGroup({ subject: 'Class 4b', participants: [alice] })
  const community = { jid: '120363000000000099@g.us', subject: 'School' }
  group.belong(community, 'link', alice)
  group.neighbour({ jid: '120363000000000098@g.us', subject: 'Class 4a' }, 'link', alice)
  group.neighbour({ jid: '120363000000000098@g.us', subject: 'Class 4a' }, 'unlink', alice)
  group.belong(community, { unlink: 'unlink_group' }, alice)
  group.belong(community, { unlink: 'delete_parent' }, alice)
  group.belong(community, { unlink: 'integrity_delete_parent' }, alice)
  await alice.send('and on', { to: group })
  await until('what came behind', () => linked.bridge.said.includes('and on'))
  assert.deepEqual(heardIn(linked, group).slice(1), [
    'Alice: Added this group to a community',
    'Alice: Removed this group from its community',
    'Alice: The community was ended',
    'Alice: WhatsApp removed this group from its community',
    'Alice: and on',
  ])
  await until('the acks', () => wa.pending.length === 0)
  wa.assertNoSurprises()
})

test('Who comes and goes in the announcements of a community is told to its administrators alone', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const strangers = Array.from({ length: 30 }, (_, number) =>
    wa.addContact({ pushName: `Nr. ${number}`, pair: 'unknown' }),
  )
  const [bob] = strangers
  assert.ok(bob)
  const news = wa.addGroup({ subject: 'News', participants: [alice], community: true, admins: [alice] })
  for (const stranger of strangers) news.add([stranger])
  for (const stranger of strangers.slice(1)) news.remove(stranger)
  news.remove(bob, alice)
  news.promote(bob, alice)
  news.demote(bob, alice)
  await alice.send('a post', { to: news })
  news.promote('me', alice)
  await until('the promotion', () => linked.bridge.said.includes('Made admin: you'))
  await until('it to be known', () =>
    linked.bridge.sessions.get('admins', news.jid)?.includes(wa.account.lid),
  )
  news.add([bob], alice)
  news.demote('me', alice)
  await until('the demotion', () => linked.bridge.said.includes('No longer admin: you'))
  await until(
    'it to be known',
    () => !linked.bridge.sessions.get('admins', news.jid)?.includes(wa.account.lid),
  )
  news.remove(bob)
  news.remove('me', alice)
  await until('the end', () => linked.bridge.said.includes('Removed you'))
  assert.deepEqual(heardIn(linked, news).slice(1), [
    'Alice: a post',
    'Alice: Made admin: you',
    'Alice: Added somebody',
    'Alice: No longer admin: you',
    'Alice: Removed you',
  ])
  await until('the acks', () => wa.pending.length === 0)
  wa.assertNoSurprises()
})

test('Somebody of whom a notice alone is known is called what they call themselves', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const carol = wa.addContact({ pushName: 'Carol: c_1@home', pair: 'unknown' })
  const group = wa.addGroup({ subject: 'Class', participants: [alice] })
  group.add([carol])
  group.picture('1700000000', carol)
  group.remove(carol, alice)
  await until('all of it', () => linked.bridge.messages.length === 4)
  const [, joined, picture] = linked.bridge.messages
  assert.deepEqual(
    [joined, picture].map(event => [event?.sender.person, event?.sender.name]),
    Array.from({ length: 2 }, () => [`whatsapp:${carol.lid}`, 'Carol: c_1@home']),
  )
  assert.equal(linked.bridge.said.at(-1), 'Removed Carol: c_1@home')
})

test('Whom a notice names by one address is called by the name that stands under the other', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const bob = wa.addContact({ name: 'Bob', pair: 'asked' })
  await until('his name', () => linked.bridge.known.some(({ name }) => name === 'Bob'))
  for (const addressing of ['pn', 'lid'] as const) {
    const group = wa.addGroup({ subject: addressing, participants: [alice, bob], addressing })
    group.remove(bob, alice)
    await until('the notice', () => heardIn(linked, group).length === 2)
    assert.equal(heardIn(linked, group)[1], 'Alice: Removed Bob')
  }
})
