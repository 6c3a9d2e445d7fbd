import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { child } from '../../simulators/whatsapp/node.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

/** Baileys gives WhatsApp a minute for each answer (lib/Defaults, `defaultQueryTimeoutMs`): here a moment. */
const ANSWER_MS = 60_000
const start = globalThis.setTimeout
globalThis.setTimeout = Object.assign(
  (...[work, milliseconds, ...more]: Parameters<typeof start>) =>
    start(work, milliseconds === ANSWER_MS ? 300 : milliseconds, ...more),
  start,
) as typeof start

test('The groups that an earlier version has asked for are asked for anew: it kept less of them, and missed who administers them no more', async () => {
  await using linked = await Linked.unlinked()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const group = wa.addGroup({ subject: 'News', participants: [alice], community: true, admins: ['me'] })
  await linked.login()
  await linked.start()
  const row = (type: string) => linked.bridge.sessions.get(type, group.jid)
  await until('the groups', () => row('announcements') !== undefined)
  const former = { type: 'meta', id: 'groups-fetched' }
  linked.bridge.sessions.set([
    { type: 'meta', id: 'groups', value: null },
    { ...former, value: '1790000000000' },
    { type: 'announcements', id: group.jid, value: null },
    { type: 'admins', id: group.jid, value: JSON.stringify([alice.lid]) },
  ])
  await linked.restart()
  await until('the groups again', () => linked.bridge.sessions.get(former.type, former.id) === undefined)
  assert.ok(row('announcements'))
  assert.deepEqual(
    [row('admins')?.includes(alice.lid), row('admins')?.includes(wa.account.lid)],
    [false, true],
  )
  wa.assertNoSurprises()
})

for (const how of [429, 'silence'] as const) {
  test(`The groups of an account are asked for until WhatsApp has told of them (${how})`, async () => {
    await using linked = await Linked.unlinked()
    const { wa } = linked
    wa.addGroup({ subject: 'Class', participants: [wa.addContact({ name: 'Alice' })] })
    const asked = () => wa.requests.filter(node => child(node, 'participating') !== undefined).length
    wa.refuseQuery('w:g2 get participating', how)
    await linked.login()
    await linked.start()
    await until('the question', () => asked() === 1)
    // Longer than Baileys waits for an answer by now.
    await new Promise(resolve => start(resolve, 1000))
    await linked.restart()
    await until('its name', () => linked.bridge.known.some(({ name }) => name === 'Class'))
    assert.equal(asked(), 2)
    await linked.restart()
    await wa.heard()
    assert.equal(asked(), 2)
    wa.assertNoSurprises()
  })
}
