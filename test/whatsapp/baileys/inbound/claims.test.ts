import '../../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { putBack } from '../../../../src/bridge/put-back.ts'
import { StoreError } from '../../../../src/bridge/store-error.ts'
import { child } from '../../../simulators/whatsapp/node.ts'
import { until } from '../../support.ts'
import { Linked } from '../linked.ts'

/** Baileys gives WhatsApp a minute for each answer (lib/Defaults, `defaultQueryTimeoutMs`): here a moment. */
const ANSWER_MS = 60_000
const start = globalThis.setTimeout
globalThis.setTimeout = Object.assign(
  (...[work, milliseconds, ...more]: Parameters<typeof start>) =>
    start(work, milliseconds === ANSWER_MS ? 300 : milliseconds, ...more),
  start,
) as typeof start

const QUERY = 'w:g2 get query'

/** By whose right messages were said to be deleted, each time, in the order in which that was handed over. */
const hear = ({ bridge }: Linked): string[] => {
  const heard: string[] = []
  const { receive } = bridge
  bridge.receive = (arrivals, alongside) => {
    receive.call(bridge, arrivals, alongside)
    for (const { event } of arrivals) if (event.kind === 'deletion') heard.push(event.by)
  }
  return heard
}

/** A group of which it is not known who administers it, in which somebody has written twice. */
const open = async () => {
  const linked = await Linked.started({ timing: { claims: 50, rest: 100 } })
  const { wa } = linked
  const [alice, bob, eve] = ['Alice', 'Bob', 'Eve'].map(name => wa.addContact({ name }))
  assert.ok(alice && bob && eve)
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob, eve], admins: [alice] })
  const ids = [await bob.send('advert', { to: group }), await bob.send('homework', { to: group })] as const
  await alice.send('Welcome', { to: group })
  const { sessions } = linked.bridge
  const count = (type: string): number => [...sessions.list(type)].length
  const isDone = () => linked.bridge.said.length === 4 && count('journal') === count('journal-done')
  await until('all of it', isDone)
  sessions.set([{ type: 'admins', id: group.jid, value: null }])
  const waiting = (): number => [...linked.bridge.sessions.list('claims')].length
  return { linked, wa, alice, eve, group, ids, waiting }
}

for (const how of [429, 'silence'] as const) {
  test(`What was deleted by right is deleted when WhatsApp says at last who administers the group (${how}), and nothing else`, async () => {
    const { linked, wa, alice, eve, group, ids, waiting } = await open()
    await using _ = linked
    const heard = hear(linked)
    wa.refuseQuery(QUERY, how, { times: 1000 })
    await alice.acts.revoke(ids[0], { to: group })
    await eve.acts.revoke(ids[1], { to: group })
    await until('both', () => waiting() === 2)
    assert.deepEqual(heard, ['author', 'author'])
    await linked.restart()
    const anew = hear(linked)
    wa.refuseQuery(QUERY, how)
    await until('their end', () => waiting() === 0)
    assert.deepEqual(anew, ['admin', 'author'])
    wa.assertNoSurprises()
  })
}

test('What was deleted by right, and not taken in before a backup was put back, is deleted', async () => {
  const { linked, wa, alice, group, ids, waiting } = await open()
  await using _ = linked
  const { bridge } = linked
  bridge.failure = new StoreError('The disk is full')
  await alice.acts.revoke(ids[0], { to: group })
  const count = (type: string): number => [...bridge.sessions.list(type)].length
  await until('it', () => count('journal') > count('journal-done') && wa.pending.length === 0)
  bridge.sessions.set([{ ...putBack, value: 'yes' }])
  await linked.stop()
  linked.reopen()
  const heard = hear(linked)
  await linked.start()
  await until('the right', () => heard.includes('admin'))
  assert.equal(waiting(), 0)
  wa.assertNoSurprises()
})

test('Who administers no more does not again because WhatsApp says late how the group was', async () => {
  const { linked, wa, alice, group, ids, waiting } = await open()
  await using _ = linked
  const { sessions } = linked.bridge
  const asked = () => wa.requests.filter(node => child(node, 'query') !== undefined).length
  wa.refuseQuery(QUERY, 429)
  await alice.acts.revoke(ids[0], { to: group })
  await until('it', () => waiting() === 1)
  const answer = wa.holdAnswer(QUERY)
  const before = asked()
  await until('the question', () => asked() > before)
  group.demote(alice)
  group.rename('Last year')
  await until('the notices', () => sessions.get('name', group.jid) === 'Last year')
  answer()
  await until('its end', () => waiting() === 0)
  assert.ok(!sessions.get('admins', group.jid)?.includes(alice.lid))
})

test('Of a group that we are out of nobody is asked about for long', async () => {
  const { linked, wa, alice, group, ids, waiting } = await open()
  await using _ = linked
  wa.refuseQuery(QUERY, 429)
  await alice.acts.revoke(ids[0], { to: group })
  await until('it', () => waiting() === 1)
  group.includesMe = false
  await until('its end', () => waiting() === 0)
})

test('What the owner deletes on the phone is deleted by right, whoever is known to administer the group', async () => {
  const { linked, wa, group, ids, waiting } = await open()
  await using _ = linked
  const heard = hear(linked)
  wa.refuseQuery(QUERY, 'silence', { times: 1000 })
  await wa.phone.acts(group).revoke(ids[0], { to: group })
  await until('the deletion', () => heard.length > 0)
  assert.deepEqual([heard, waiting()], [['admin'], 0])
})
