import assert from 'node:assert/strict'
import { mkdtempDisposable, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { samples, textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

const disk = join(import.meta.dirname, '../support/disk/trouble-disk.ts')

/** What may befall it, and the words for that. */
const states = {
  full: /disk that holds[^\n]* is full/,
  'read-only': /disk that holds[^\n]* fails/,
} as const

// Elsewhere SQLite's calls cannot be made to fail without a compiler.
if (process.platform === 'linux') {
  for (const [state, words] of Object.entries(states)) {
    test(`A disk that is ${state} in the middle of a run: nothing is acknowledged, the run goes on, and when it takes anything again everything crosses once`, async () => {
      await using notes = await mkdtempDisposable(join(tmpdir(), 'wa2tg-full-'))
      const trouble = join(notes.path, 'trouble')
      await using world = await World.open({
        env: { NODE_OPTIONS: `--import ${disk}`, WA2TG_DISK_TROUBLE: trouble },
      })
      const { wa, tg, owner } = world
      const { alice, group } = await world.mapAlice()
      const other = tg.addSupergroup({ title: 'Stranger', members: [owner], botRights: {} })
      const mapped = await world.wa2tg('map', 'add', '+15550000009', String(other.id))
      assert.equal(mapped.code, 0, mapped.stderr)
      // In no address book: WhatsApp tells both of her addresses with her first message.
      const stranger = wa.addContact({ phone: '15550000009', lid: '900000000000009', pushName: 'Stranger' })
      const run = await world.run()
      const shown = (chat = group) => chat.transcript().filter(({ from }) => from.isBot)
      await alice.send(samples.text('before'))
      await eventually(() => shown().length === 1, 'the first message')
      await eventually(() => alice.receipts.length > 0, 'its receipt')

      await writeFile(trouble, state)
      const receipts = alice.receipts.length
      const ids = [
        await alice.send(samples.text('while full 1')),
        await alice.send(samples.text('while full 2')),
      ]
      const first = await stranger.send(samples.text('a first message while full'))
      const typed = owner.sends(group, 'typed while full')
      await run.says(({ stderr }) => words.test(stderr), 180_000)
      const polls = () => tg.callsOf('getUpdates').length
      const before = polls()
      // It asks for the same update again, since it could not write it down.
      await eventually(() => polls() >= before + 2, 'more polls', 120_000)
      assert.equal(shown().length, 1)
      assert.deepEqual(alice.receipts.slice(receipts), [], 'no receipt for what is on no disk')
      assert.deepEqual(stranger.receipts, [])
      assert.equal(alice.inbox.length, 0)
      const status = await world.wa2tg('status', '--json')
      assert.ok(run.running, status.stderr)

      await rm(trouble)
      await eventually(() => shown().length === 3, 'both messages', 120_000)
      await eventually(() => shown(other).length === 1, 'the first message of a stranger', 120_000)
      await eventually(() => alice.inbox.length === 1, 'the answer', 120_000)
      await eventually(
        () => ids.every(id => alice.receipts.some(receipt => receipt.id === id)),
        'the receipts',
      )
      assert.deepEqual(
        shown().map(({ text }) => text),
        ['before', 'while full 1', 'while full 2'],
      )
      assert.ok(shown(other)[0]?.text?.includes('a first message while full'))
      assert.ok(stranger.receipts.some(({ id }) => id === first))
      assert.ok(typed)
      assert.equal(textOf(alice.inbox[0]?.message ?? assert.fail()), 'typed while full')
      assert.equal(alice.inbox[0]?.copies, 1)
      assert.ok(run.running)
      wa.assertNoSurprises()
      tg.assertNoSurprises()
    })
  }
}
