import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../simulators/eventually.ts'
import { samples, textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

test('A process that is stopped three times (a suspended machine, a paused container) goes on each time and misses nothing', async () => {
  // The program's time runs twelve times as fast as that of this machine.
  await using world = await World.open({
    env: { NODE_OPTIONS: `--import ${join(import.meta.dirname, 'fast-time.ts')}` },
  })
  const { alice, group } = await world.mapAlice()
  const { wa, tg, owner } = world
  const run = await world.run()
  const here = () => group.transcript().map(({ text }) => text)
  const there = () => alice.inbox.map(({ message }) => textOf(message))
  const expected = { here: [] as string[], there: [] as string[] }
  for (let turn = 1; turn <= 3; turn += 1) {
    await eventually(() => wa.isLive || !run.running, 'the connection', 120_000)
    await sleep(2000)
    run.kill('SIGSTOP')
    const openFor = performance.now() - (wa.logins.at(-1) ?? 0)
    // Nobody answers any more, so the server gives the line up.
    wa.dropConnection()
    const words = [`paused ${turn}`, `to you ${turn}`] as const
    expected.here.push(words[0], words[1])
    expected.there.push(words[1])
    // By the program's time, which has come so far since the login, behind the stop and well before it goes on.
    const stoppedAt = Date.now() - openFor + 12 * openFor
    await alice.send(samples.text(words[0]), { timestamp: Math.floor(stoppedAt / 1000) + 10 })
    owner.sends(group, words[1])
    await sleep(4000)
    run.kill('SIGCONT')
    await eventually(
      () => (here().includes(words[0]) && there().includes(words[1])) || !run.running,
      `what came in pause ${turn}`,
      120_000,
    )
    assert.ok(run.running, run.stderr)
  }
  assert.deepEqual([...here()].sort(), [...expected.here].sort())
  assert.deepEqual(there(), expected.there)
  // Had it been taken for deafness, the third time would have asked for a new process.
  assert.ok(!run.stderr.includes('held back messages'), run.stderr)
  assert.ok(run.running)
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
