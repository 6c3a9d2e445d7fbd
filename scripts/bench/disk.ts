/**
 * What a message costs the disk: how often SQLite flushes, and what it writes, for messages that come one at a time and
 * for a burst, either way (Linux only). And what sealing costs the processor: two bridges in turns, one with a key.
 *
 *   node scripts/bench/disk.ts
 */

import { readFileSync } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../test/simulators/eventually.ts'
import type { Program } from '../../test/simulators/program.ts'
import { samples } from '../../test/simulators/samples.ts'
import { World } from '../../test/simulators/world.ts'
import { Machine } from '../../test/support/disk/machine.ts'

console.info = () => undefined
/** One message to each chat in a round: far below what Telegram takes in a minute. */
const chats = 10

const open = async (env: Readonly<Record<string, string>>) => {
  const world = await World.open({ env })
  const pairs = Array.from({ length: chats }, (_, index) => ({
    contact: world.wa.addContact({
      phone: String(15550001000 + index),
      lid: String(900000000001000 + index),
      name: `Person ${index}`,
      pushName: `P${index}`,
    }),
    group: world.tg.addSupergroup({ title: `Person ${index}`, members: [world.owner], botRights: {} }),
  }))
  await world.link()
  for (const [index, { group }] of pairs.entries()) {
    const { code, stderr } = await world.wa2tg('map', 'add', `Person ${index}`, String(group.id))
    if (code !== 0) throw new Error(stderr)
  }
  const bridge = await world.run()
  const shown = () =>
    pairs.reduce((sum, { group }) => sum + group.transcript().filter(({ from }) => from.isBot).length, 0)
  const received = () => pairs.reduce((sum, { contact }) => sum + contact.inbox.length, 0)
  /** One message in each chat, one way. */
  const round = async (way: 'in' | 'out', inTurn: boolean): Promise<void> => {
    const count = way === 'in' ? shown : received
    let wanted = count()
    for (const { contact, group } of pairs) {
      wanted += 1
      if (way === 'in')
        await contact.send(samples.text('A message of the usual length, as people write them.'))
      else world.owner.sends(group, 'An answer of the usual length, as people write them.')
      if (inTurn) await eventually(() => count() >= wanted, 'a message', 60_000)
    }
    await eventually(() => count() >= wanted, 'the messages', 60_000)
    // What is written behind a delivery is part of its price.
    await sleep(500)
  }
  return { world, bridge, round }
}

/** Seconds of processor time since the start (proc(5), `stat`: 100 ticks a second on Linux). */
const processorTime = ({ pid }: Program): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const measureDisk = async (): Promise<void> => {
  await using notes = await mkdtempDisposable(join(tmpdir(), 'wa2tg-disk-'))
  const machine = new Machine(notes.path)
  const { world, round } = await open(machine.env)
  await using _world = world
  // Sessions are set up, names are learned: once, not per message.
  for (const way of ['in', 'out'] as const) await round(way, false)
  for (const way of ['in', 'out'] as const) {
    for (const inTurn of [true, false]) {
      const before = machine.calls().length
      await round(way, inTurn)
      const calls = machine
        .calls()
        .slice(before)
        .filter(({ path }) => /wa2tg\.db(-wal)?$/.test(path))
      const bytes = calls.reduce((sum, call) => sum + (call.kind === 'write' ? call.data.length : 0), 0)
      const flushes = calls.filter(({ kind }) => kind === 'sync').length
      const name = `${way === 'in' ? 'WhatsApp → Telegram' : 'Telegram → WhatsApp'}, ${inTurn ? 'one at a time' : 'in a burst'}`
      console.log(
        `${name.padEnd(38)} ${(flushes / chats).toFixed(1)} flushes  ${(bytes / chats / 1024).toFixed(1)} KB written  per message`,
      )
    }
  }
}

const measureSealing = async (): Promise<void> => {
  const plain = await open({})
  const sealed = await open({ WA2TG_KEY: '5e'.repeat(32) })
  await using _one = plain.world
  await using _other = sealed.world
  const spent = { plain: 0, sealed: 0 }
  const rounds = 3
  for (let number = 0; number <= rounds; number += 1) {
    for (const [name, { bridge, round }] of Object.entries({ plain, sealed }) as [
      'plain' | 'sealed',
      typeof plain,
    ][]) {
      const before = processorTime(bridge)
      await round('in', false)
      await round('out', false)
      // The first round warms up.
      if (number > 0) spent[name] += processorTime(bridge) - before
    }
  }
  const perMessage = (seconds: number) => `${((seconds * 1000) / (rounds * chats * 2)).toFixed(1)} ms`
  console.log(
    `Processor time per message: ${perMessage(spent.plain)} without a key, ${perMessage(spent.sealed)} with one (${(spent.sealed / spent.plain).toFixed(2)} times)`,
  )
}

await measureDisk()
await measureSealing()
