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
