import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import '../simulators/whatsapp/quiet.ts'
import { eventually } from '../simulators/eventually.ts'
import { samples, textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

test('a backup taken while messages cross is put back, and the bridge goes on from it without doubling any', async () => {
  await using world = await World.open()
  const { tg, owner } = world
  const { alice, group } = await world.mapAlice()
  const file = join(world.folder, 'wa2tg.backup')
  await writeFile(join(world.folder, 'passphrase'), 'correct horse battery staple\n', { mode: 0o600 })
  const passphrase = ['--passphrase-file', 'passphrase']
  const bridge = await world.run()
  const sent: string[] = []
  const send = async (text: string) => {
    sent.push(text)
    await alice.send(samples.text(text))
  }
  /** What the reader in Telegram sees of Alice; what had to wait may stand in one message, below the times at which it was said. */
  const seen = () =>
    group
      .transcript()
      .flatMap(({ text, from }) =>
        from.isBot ? text.split('\n').filter(line => !/^\d\d:\d\d$/.test(line)) : [],
      )
  const allSeen = () => eventually(() => seen().length >= sent.length, 'all messages', 120_000)

  for (let number = 0; number < 2; number += 1) await send(`Before ${number}`)
  await allSeen()
  // What comes now waits in the outbox while the backup is made.
  tg.faults.next('sendMessage', { error: 429, description: 'Too Many Requests: retry later', retryAfter: 4 })
  const backup = world.wa2tg('backup', file, ...passphrase)
  for (let number = 0; number < 4; number += 1) await send(`Meanwhile ${number}`)
  owner.sends(group, 'An answer meanwhile')
  const { code, stderr } = await backup
  assert.equal(code, 0, stderr)
  for (let number = 0; number < 2; number += 1) await send(`After ${number}`)
  owner.sends(group, 'An answer after')
  await eventually(() => alice.inbox.length === 2, 'both answers')
  await allSeen()

  const refused = await world.wa2tg('restore', file, '--force', ...passphrase)
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, new RegExp(`in use by "wa2tg run" \\(process ${bridge.pid}`))
  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  const restored = await world.wa2tg('restore', file, '--force', ...passphrase)
  assert.equal(restored.code, 0, restored.stderr)

  // As a backup and a restore leave it that were killed.
  const leftovers = [`.copy-${process.pid}-killed`, 'restoring'].map(name => join(world.folder, 'data', name))
  for (const folder of leftovers) {
    await mkdir(folder)
    await writeFile(join(folder, 'wa2tg.db'), 'a copy')
    await utimes(folder, 0, 0)
  }

  // Alice's phone and the restored session are out of step; her phone sends again what could not be read.
  const again = await world.run()
  assert.deepEqual(leftovers.map(existsSync), [false, false])
  for (let number = 0; number < 3; number += 1) await send(`With the backup ${number}`)
  await allSeen()
  owner.sends(group, 'An answer with the backup')
  await eventually(() => alice.inbox.length === 3, 'the last answer')
  assert.deepEqual(
    alice.inbox.map(({ message }) => textOf(message)),
    ['An answer meanwhile', 'An answer after', 'An answer with the backup'],
  )
  assert.deepEqual(seen(), sent)
  again.kill('SIGTERM')
  assert.equal((await again.ended).code, 0)
  tg.assertNoSurprises()
})

test('what was changed since a backup stays so when that is put back; what waited in it and was changed comes once more, and says so', async () => {
  await using world = await World.open()
  const { tg } = world
  const { alice, group } = await world.mapAlice()
  const file = join(world.folder, 'copy.db')
  const seen = () =>
    group.transcript().map(({ text, reactions }) => [text, ...reactions.map(({ emoji }) => emoji)].join(' '))
  const isSeen = (...texts: string[]) =>
    eventually(() => isDeepStrictEqual(seen(), texts), `"${texts.join('", "')}"`)
  const send = async (text: string, id: string) => {
    await alice.send(samples.text(text), { id })
  }

  // The bridge is killed while the last one is on its way.
  const doomed = await world.run()
  for (const [text, id] of [
    ['Edited', 'A1'],
    ['Deleted', 'A2'],
    ['Reacted', 'A3'],
  ] as const)
    await send(text, id)
  await isSeen('Edited', 'Deleted', 'Reacted')
  tg.faults.next('sendMessage', 'hang')
  await send('Waiting', 'A4')
  await eventually(() => tg.faults.waiting === 0, 'the attempt')
  assert.equal((await world.wa2tg('backup', file, '--plain')).code, 0)
  doomed.kill('SIGKILL')
  await doomed.ended

  const bridge = await world.run()
  await isSeen('Edited', 'Deleted', 'Reacted', 'Waiting')
  await alice.acts.edit('A1', 'Edited since')
  await alice.acts.revoke('A2')
  await alice.acts.react('A3', '👍')
  await alice.acts.edit('A4', 'Waited')
  const before = ['Edited since', 'Reacted 👍', 'Waited']
  await isSeen(...before)
  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  assert.equal((await world.wa2tg('restore', file, '--force')).code, 0)

  const again = await world.run()
  const twice = '🗄 From a backup; it may have been changed or deleted since\nWaiting'
  await isSeen(...before, twice)
  await alice.acts.edit('A1', 'Edited again')
  await alice.acts.react('A3', '🔥')
  await isSeen('Edited again', 'Reacted 🔥', 'Waited', twice)
  again.kill('SIGTERM')
  assert.equal((await again.ended).code, 0)
  tg.assertNoSurprises()
})
