import assert from 'node:assert/strict'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../simulators/eventually.ts'
import { samples, textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'
import { Machine } from '../support/disk/machine.ts'
import { seededRandom } from '../support/disk/seeded-random.ts'

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
const cuts = 4

// Elsewhere SQLite cannot be watched without a compiler.
if (process.platform === 'linux') {
  test(`power cuts while messages cross lose and double none, either way (SEED=${seed})`, async () => {
    await using notes = await mkdtempDisposable(join(tmpdir(), 'wa2tg-power-'))
    const machine = new Machine(notes.path)
    const random = seededRandom(seed)
    await using world = await World.open({ env: machine.env })
    const { wa, tg, owner } = world
    const data = join(world.folder, 'data')
    const pairs = ['Alice', 'Bob', 'Carol'].map((name, index) => ({
      name,
      contact: wa.addContact({
        phone: `1555000000${index + 2}`,
        lid: `90000000000000${index + 2}`,
        name,
        pushName: name,
      }),
      group: tg.addSupergroup({ title: name, members: [owner], botRights: {} }),
    }))
    assert.equal((await world.link()).code, 0)
    for (const { name, group } of pairs) {
      assert.equal((await world.wa2tg('map', 'add', name, String(group.id))).code, 0)
    }
    for (let cut = 0; cut < cuts; cut += 1) {
      const bridge = await world.run()
      for (const { contact, group } of pairs) {
        await contact.send(samples.text(`From there ${cut}`))
        owner.sends(group, `From here ${cut}`)
      }
      await sleep(random() * 400)
      bridge.kill('SIGKILL')
      await bridge.ended
      machine.cutPower(data, random)
    }
    await world.run()
    const numbers = Array.from({ length: cuts }, (_, cut) => cut)
    const allThere = () =>
      pairs.every(
        ({ contact, group }) =>
          contact.inbox.length >= cuts && group.transcript().filter(({ from }) => from.isBot).length >= cuts,
      )
    await eventually(allThere, 'every message', 120_000)
    for (const { contact, group } of pairs) {
      assert.deepEqual(
        group.transcript().flatMap(({ from, text }) => (from.isBot ? [text] : [])),
        numbers.map(cut => `From there ${cut}`),
      )
      assert.deepEqual(
        { said: contact.inbox.map(({ message }) => textOf(message)), problems: wa.problems },
        { said: numbers.map(cut => `From here ${cut}`), problems: [] },
      )
    }
    // Whoever asks for a message again has lost something that was on disk.
    assert.deepEqual(wa.nacks, [])
  })
}
