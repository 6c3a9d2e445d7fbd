import '../../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import { putBack } from '../../../../src/bridge/put-back.ts'
import { StoreError } from '../../../../src/bridge/store-error.ts'
import { child, unixSeconds } from '../../../simulators/whatsapp/node.ts'
import { until } from '../../support.ts'
import { Linked } from '../linked.ts'

/** Baileys gives WhatsApp a minute for each answer (lib/Defaults, `defaultQueryTimeoutMs`): here a moment. */
const ANSWER_MS = 60_000
/** Between two questions; nothing else takes as long. */
const PAUSE_MS = 53
let pauses = 0
const start = globalThis.setTimeout
globalThis.setTimeout = Object.assign((...[work, milliseconds, ...more]: Parameters<typeof start>) => {
  if (milliseconds === PAUSE_MS) pauses += 1
  return start(work, milliseconds === ANSWER_MS ? 300 : milliseconds, ...more)
}, start) as typeof start

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
  const linked = await Linked.started({ timing: { claims: PAUSE_MS, rest: 100 } })
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
  return { linked, wa, alice, bob, eve, group, ids, waiting }
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

test('What was deleted by right, of which WhatsApp told only three weeks later, is asked about', async () => {
  const { linked, wa, alice, bob, group, ids, waiting } = await open()
  await using _ = linked
  const heard = hear(linked)
  wa.refuseQuery(QUERY, 429)
  const type = proto.Message.ProtocolMessage.Type.REVOKE
  const key = { remoteJid: group.jid, fromMe: false, id: ids[0], participant: bob.lid }
  const timestamp = unixSeconds() - 21 * 86_400
  await alice.send({ protocolMessage: { key, type } }, { to: group, timestamp })
  await until('it', () => heard.length > 0)
  await until('its end', () => waiting() === 0)
  assert.deepEqual(heard, ['author', 'admin'])
})

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

test('What WhatsApp has said nothing of for two weeks is asked about no more, and not done', async () => {
  const { linked, wa, alice, group, ids, waiting } = await open()
  await using _ = linked
  const heard = hear(linked)
  wa.refuseQuery(QUERY, 429, { times: 1000 })
  await alice.acts.revoke(ids[0], { to: group })
  await until('it', () => waiting() === 1)
  const age = (days: number): void =>
    linked.bridge.sessions.set(
      [...linked.bridge.sessions.list('claims')].map(({ id, value }) => {
        const since = Date.now() - days * 86_400_000
        const aged = { ...(JSON.parse(value) as object), sent: Math.floor(since / 1000), heldAt: since }
        return { type: 'claims', id, value: JSON.stringify(aged) }
      }),
    )
  age(13)
  const from = pauses
  await until('some questions', () => pauses >= from + 3)
  assert.equal(waiting(), 1)
  age(15)
  await until('its end', () => waiting() === 0)
  assert.deepEqual(heard, ['author'])
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

/** Of which groups WhatsApp was asked who is in them, in order. */
const askedOf = ({ wa }: Linked): (string | undefined)[] =>
  wa.requests.filter(node => child(node, 'query') !== undefined).map(({ attrs }) => attrs['to'])

/** Somebody has deleted what another wrote in three groups, and WhatsApp does not say by what right. */
const openThree = async (how: number) => {
  const opened = await open()
  const { linked, wa, alice, bob, group, ids, waiting } = opened
  const all = [{ group, id: ids[0] }]
  for (const subject of ['Choir', 'Chess']) {
    const more = wa.addGroup({ subject, participants: [alice, bob], admins: [alice] })
    all.push({ group: more, id: await bob.send(subject, { to: more }) })
  }
  await until('all of it', () => linked.bridge.said.includes('Chess'))
  for (const { group } of all) linked.bridge.sessions.set([{ type: 'admins', id: group.jid, value: null }])
  wa.refuseQuery(QUERY, how, { times: 1000 })
  for (const { group, id } of all) await alice.acts.revoke(id, { to: group })
  await until('all of them', () => waiting() === all.length)
  return opened
}

test('While WhatsApp does not say who administers groups, it is asked about one at a time', async () => {
  const { linked } = await openThree(500)
  await using _ = linked
  const [before, from] = [askedOf(linked).length, pauses]
  await until('some time', () => pauses >= from + 4)
  assert.ok(askedOf(linked).length - before <= pauses - from + 1)
})

test('A group of which WhatsApp does not say who administers it keeps no other from being asked about', async () => {
  const { linked } = await openThree(429)
  await using _ = linked
  const before = askedOf(linked).length
  await until('each of them', () => new Set(askedOf(linked).slice(before)).size === 3, 20_000)
})

test('Who was made an administrator only behind that has deleted nothing by right', async () => {
  const { linked, wa, eve, group, ids, waiting } = await open()
  await using _ = linked
  const heard = hear(linked)
  wa.refuseQuery(QUERY, 429, { times: 1000 })
  await eve.acts.revoke(ids[1], { to: group })
  await until('it', () => waiting() === 1)
  group.promote(eve)
  await until('the notice', () => linked.bridge.sessions.get('admins', group.jid)?.includes(eve.lid))
  wa.refuseQuery(QUERY, 429)
  await until('its end', () => waiting() === 0)
  assert.deepEqual(heard, ['author'])
  await eve.acts.revoke(ids[0], { to: group })
  await until('what came behind it', () => heard.length === 2)
  assert.equal(heard[1], 'admin')
})
