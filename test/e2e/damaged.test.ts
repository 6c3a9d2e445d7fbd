import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { storePath } from '../../src/store/index.ts'
import { eventually } from '../simulators/eventually.ts'
import { samples, textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'
import { spoilPage } from '../store/spoil-page.ts'

test('Data that are damaged while it runs end the run: the owner is told in Telegram, and the screen says what to do', async () => {
  await using world = await World.open()
  const { tg, owner } = world
  const home = tg.addPrivateChat(owner)
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()
  const shown = () => group.transcript().filter(({ from }) => from.isBot)
  await alice.send(samples.text('before'))
  await eventually(() => shown().length === 1, 'the first message')

  await spoilPage(storePath(join(world.folder, 'data')), 'sqlite_autoindex_messages_1')
  await alice.send(samples.text('after'))
  await eventually(() => !bridge.running, 'the end of the run')
  const { code, stderr } = await bridge.ended
  assert.equal(code, 2, stderr)
  const words = /^"[^"]+wa2tg\.db" is damaged[^\n]+wa2tg restore FILE --force[^\n]+$/
  assert.match(stderr.trimEnd().split('\n').at(-1) ?? '', words)
  const told = home.transcript().filter(({ text }) => text.includes('is damaged'))
  assert.equal(told.length, 1)

  const again = await world.wa2tg('run')
  assert.deepEqual([again.code, /is damaged[^\n]+A copy is kept in/.test(again.stderr)], [2, true])
  tg.assertNoSurprises()
})

test('A database that is moved away while it runs ends the run: nothing more is acknowledged, the owner is told, and put back it goes on', async () => {
  await using world = await World.open()
  const { tg, owner } = world
  const home = tg.addPrivateChat(owner)
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()
  const shown = () =>
    group
      .transcript()
      .filter(({ from }) => from.isBot)
      .map(({ text }) => text)
  await alice.send(samples.text('before'))
  await eventually(() => shown().length === 1, 'the first message')

  const [path, aside] = [storePath(join(world.folder, 'data')), join(world.folder, 'aside.db')]
  renameSync(path, aside)
  const id = await alice.send(samples.text('after'))
  owner.sends(group, 'typed after')
  await eventually(() => !bridge.running, 'the end of the run')
  const { code, stderr } = await bridge.ended
  assert.equal(code, 2, stderr)
  assert.match(
    stderr.trimEnd().split('\n').at(-1) ?? '',
    /^"[^"]+wa2tg\.db" was moved, deleted or replaced while it was in use[^\n]+$/,
  )
  assert.equal(home.transcript().filter(({ text }) => text.includes('was moved')).length, 1)
  assert.ok(alice.receipts.every(receipt => receipt.id !== id))

  // All that is acknowledged stands in the file that was moved, its log included.
  renameSync(aside, path)
  await world.run()
  await eventually(() => shown().length === 2 && alice.inbox.length === 1, 'what came meanwhile', 120_000)
  assert.deepEqual(shown(), ['before', 'after'])
  assert.deepEqual(
    alice.inbox.map(({ message, copies }) => [textOf(message), copies]),
    [['typed after', 1]],
  )
  tg.assertNoSurprises()
})
