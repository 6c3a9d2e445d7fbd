import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'

test('a change that a phone could not read is given to it again, and what was deleted is not, also when the bridge was started again since', async () => {
  await using world = await World.open()
  const { wa, owner } = world
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()
  const { message_id } = owner.sends(group, 'See you at ten')
  const sent = await eventually(() => alice.inbox[0], 'the message', 120_000)
  const changes: [string, () => unknown][] = [
    ['reaction', () => owner.reacts(group, message_id, '🔥')],
    ['edit', () => owner.edits(group, message_id, 'See you at eleven')],
    ['deletion', () => owner.sends(group, { text: '/delete', reply_to: message_id })],
  ]
  for (const [kind, change] of changes) {
    change()
    await eventually(() => wa.changes.at(-1)?.kind === kind, kind, 120_000)
  }
  assert.equal(sent.shown?.text, 'See you at ten')
  bridge.kill('SIGTERM')
  await bridge.ended
  await world.run()
  for (const { id } of [sent, ...wa.changes]) alice.askAgain(id)
  await eventually(() => wa.changes.every(({ copies }) => copies === 2), 'all of them again', 120_000)
  assert.equal(wa.changes.length, changes.length)
  assert.equal(sent.copies, 1)
})
