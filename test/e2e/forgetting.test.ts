import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore, storePath } from '../../src/store/index.ts'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

const old = 20_000
const year = 365 * 86_400_000
/** Milliseconds of this machine for the whole round, which takes some 10 s of it. */
const longest = 180_000

test('While a year’s worth of old messages is forgotten, everything crosses as ever, either way', async () => {
  await using world = await World.open({
    // The forgetting begins a minute after the start: five seconds of this machine.
    env: { NODE_OPTIONS: `--import ${join(import.meta.dirname, 'fast-time.ts')}` },
  })
  const { wa, tg, owner } = world
  const { alice, group } = await world.mapAlice()
  const path = storePath(join(world.folder, 'data'))
  const countOld = (): number => {
    using store = openStore(path)
    return (
      store.database.get<{ n: number }>(
        'SELECT count(*) AS n FROM messages WHERE seen_at < ?',
        Date.now() - year / 2,
      )?.n ?? 0
    )
  }
  {
    using store = openStore(path)
    store.transaction(() => {
      for (let index = 0; index < old; index += 1) {
        const message = { chat: `whatsapp:${alice.lid}`, id: `OLD${index}`, me: true } as const
        const key = store.links.remember(message, Date.now() - year)
        if (key !== undefined)
          store.links.add(key, `telegram:${group.id}`, { id: String(1_000_000 + index) }, Date.now() - year)
      }
    })
  }
  assert.ok(countOld() >= old)

  const run = await world.run()
  const [there, here]: [string[], string[]] = [[], []]
  const isForgotten = () => run.stderr.includes('Forgot old messages')
  const until = performance.now() + longest
  for (let turn = 0; turn < 10 || !isForgotten(); turn += 1) {
    assert.ok(performance.now() < until, `Nothing was forgotten in ${turn} turns:\n${run.stderr}`)
    there.push(`from there ${turn}`)
    here.push(`from here ${turn}`)
    await alice.send(samples.text(`from there ${turn}`))
    owner.sends(group, `from here ${turn}`)
    const shown = () => group.transcript().filter(({ from }) => from.isBot)
    await eventually(() => shown().length === there.length, there.at(-1) ?? '', 120_000)
    await eventually(() => alice.inbox.length === here.length, here.at(-1) ?? '', 120_000)
    assert.deepEqual(
      shown().map(({ text }) => text),
      there,
    )
  }
  assert.equal(countOld(), 0)
  assert.ok(alice.inbox.every(({ copies }) => copies === 1))
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
