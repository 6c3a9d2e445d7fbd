import '../../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { child } from '../../../simulators/whatsapp/node.ts'
import { until } from '../../support.ts'
import { Linked } from '../linked.ts'

const QUERY = 'w:g2 get query'

for (const how of [429, 'silence'] as const) {
  test(`Many who claim to administer a group make one question, and hold up nobody, where WhatsApp does not answer it (${how})`, async () => {
    await using linked = await Linked.started()
    const { wa, bridge } = linked
    const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
    const eve = wa.addContact({ name: 'Eve' })
    const group = wa.addGroup({ subject: 'Class', participants: [alice, bob, eve], admins: [alice] })
    const ids: string[] = []
    for (let turn = 1; turn <= 5; turn += 1) ids.push(await bob.send(`text ${turn}`, { to: group }))
    await until('all of it', () => bridge.said.length === 1 + ids.length)
    const asked = () =>
      wa.requests.filter(node => node.attrs['xmlns'] === 'w:g2' && child(node, 'query') !== undefined).length
    const before = asked()
    wa.refuseQuery(QUERY, how, { times: 100 })
    for (const id of ids) await eve.acts.revoke(id, { to: group })
    await alice.send('and on')
    await until('what came behind', () => bridge.said.includes('and on'))
    assert.deepEqual(
      bridge.changes.map(change => change.kind === 'deletion' && change.by),
      ids.map(() => 'author'),
    )
    assert.equal(asked() - before, 1)
    wa.assertNoSurprises()
  })
}
