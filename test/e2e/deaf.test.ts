import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

/** The program's time runs twelve times as fast as that of this machine. */
const openFast = async () => {
  const world = await World.open({
    env: { NODE_OPTIONS: `--import ${join(import.meta.dirname, 'fast-time.ts')}` },
  })
  const { alice, group } = await world.mapAlice()
  const isThere = (text: string) => group.transcript().some(seen => seen.text === text)
  return { world, alice, group, isThere }
}
/** More than three where something else than the quiet brought a message. */
const mostTurns = 9

test('When WhatsApp passes nothing on again and again, run ends with 1 for a new process, which brings everything', async () => {
  const { world, alice, group, isThere } = await openFast()
  await using _ = world
  const { wa, owner } = world
  const run = await world.run()
  const expected: string[] = []
  while (run.running && expected.length < mostTurns) {
    await eventually(() => wa.isLive || !run.running, 'the connection', 120_000)
    wa.deafen()
    const words = `held back ${expected.length}`
    expected.push(words)
    // By the program's time it comes 40 seconds after the login, as it may well.
    await alice.send(samples.text(words), { timestamp: Math.floor(Date.now() / 1000) + 40 })
    // The first time, what tells is that no receipt comes for this; from then on two minutes of quiet do.
    if (expected.length === 1) owner.sends(group, 'anybody there?')
    await eventually(() => isThere(words) || !run.running, words, 120_000)
  }
  assert.ok(expected.length >= 3)
  const { code, stderr } = await run.ended
  assert.equal(code, 1, stderr)
  const lines = stderr.trimEnd().split('\n')
  assert.match(lines.at(-1) ?? '', /must be started again$/)
  assert.ok(lines.some(line => line.includes('Stopping: this needs a restart')))

  await world.run()
  await eventually(() => isThere(expected.at(-1) ?? ''), 'the last one', 120_000)
  const said = group.transcript().filter(({ from }) => from.isBot)
  assert.deepEqual(
    said.map(({ text }) => text),
    expected,
  )
  assert.equal(alice.inbox.length, 1)
  wa.assertNoSurprises()
})

test('A line on which not even pings are answered is given up, and what was missed comes over a new one', async () => {
  const { world, alice, isThere } = await openFast()
  await using _ = world
  const { wa } = world
  const run = await world.run()
  await eventually(() => wa.isLive, 'the connection')
  wa.silence(true)
  await alice.send('unheard')
  await run.says(({ stderr }) => stderr.includes('WhatsApp does not answer'), 180_000)
  wa.silence(false)
  wa.dropConnection()
  await eventually(() => isThere('unheard'), 'the message', 120_000)
  assert.ok(run.running)
})
