import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

test('Killed between storing updates whose ids begin lower and confirming them, it takes none in twice and misses none', async () => {
  await using world = await World.open()
  const { tg, owner } = world
  const { alice, group } = await world.mapAlice()
  const seen = () => alice.inbox.map(({ message }) => textOf(message))
  const first = await world.run()
  owner.sends(group, 'before')
  await eventually(() => seen().includes('before'), 'the first message')
  await eventually(() => tg.pendingUpdates === 0, 'it to be confirmed')
  tg.renumberUpdates(500_000_001)
  const unconfirmed = ({ offset }: { readonly offset?: unknown }) => Number(offset) < 600_000_000
  tg.faults.next('getUpdates', 'hang', { when: unconfirmed })
  for (const text of ['one', 'two', 'three']) owner.sends(group, text)
  await eventually(() => tg.faults.waiting === 0, 'the poll that would confirm')
  first.kill('SIGKILL')
  await first.ended
  assert.ok(tg.pendingUpdates > 0)
  await world.run()
  owner.sends(group, 'behind')
  await eventually(() => seen().includes('behind'), 'the last message')
  assert.deepEqual(seen(), ['before', 'one', 'two', 'three', 'behind'])
})
