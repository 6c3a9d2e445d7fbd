import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

const MESSAGES = 120
const KILLS = 5
const NOTICES = 60

/** Runs the bridge as a process of its own, and kills it when it has connected and `moment` has come. */
const runAndKill = async ({ dir, wa }: Linked, moment: () => Promise<unknown>): Promise<void> => {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'run-connection.ts'), dir.path, wa.url, wa.rootKey],
    { stdio: 'inherit' },
  )
  const ended = once(child, 'close')
  try {
    await until('the child', () => wa.isConnected, 120_000)
    await moment()
  } finally {
    // This process would wait for it for ever.
    child.kill('SIGKILL')
    await ended
  }
  await until('the server to notice', () => !wa.isConnected)
}

test('Killed again and again while messages come in, each is there once and in order', async () => {
  await using linked = await Linked.link()
  const { wa } = linked
  const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  await linked.stop()

  let isSending = true
  const sending = (async () => {
    for (let turn = 0; turn < MESSAGES; turn += 1) {
      await alice.send(`private ${turn}`)
      await bob.send(`group ${turn}`, { to: group })
      await sleep(20)
    }
    isSending = false
  })()
  for (let kill = 0; kill < KILLS && isSending; kill += 1)
    await runAndKill(linked, () => sleep(randomInt(20, 400)))
  await sending

  await linked.restart({ stopped: true })
  const said = (chat: string) =>
    linked.bridge.messages.flatMap(event =>
      event.chat === `whatsapp:${chat}` && event.content.kind === 'text' ? [event.content.body.text] : [],
    )
  await until('everything', () => said(alice.lid).length + said(group.jid).length >= 2 * MESSAGES, 120_000)
  const turns = Array.from({ length: MESSAGES }, (_, turn) => turn)
  assert.deepEqual(
    said(alice.lid),
    turns.map(turn => `private ${turn}`),
  )
  assert.deepEqual(
    said(group.jid),
    turns.map(turn => `group ${turn}`),
  )
  await until('the receipts', () => wa.pending.length === 0)
  assert.deepEqual(wa.nacks, [])
  wa.assertNoSurprises()
})

test('Killed while notices and calls come in, each is there once and in order', async () => {
  await using linked = await Linked.link()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const group = wa.addGroup({ subject: 'Class', participants: [alice] })
  await linked.stop()
  let turns = 0
  const happens = async (): Promise<void> => {
    for (const end = turns + NOTICES; turns < end; turns += 1) {
      group.rename(`name ${turns}`, alice)
      await alice.send(`text ${turns}`, { to: group })
      alice.call()
    }
  }
  await happens()
  const waiting = () => wa.pending.length
  const some = waiting() / (KILLS + 2)
  // Each time when some more have been acknowledged: by now all of those must be on disk.
  for (let kill = 1, midway = 0; kill <= KILLS || midway === 0; kill += 1) {
    // All of it may be taken in before a busy machine comes to the kill.
    if (waiting() === 0) await happens()
    const left = Math.max(0, waiting() - some)
    await runAndKill(linked, () => until('some acks', () => waiting() <= left, 120_000))
    if (waiting() > 0) midway += 1
  }

  await linked.restart({ stopped: true })
  const said = (chat: string) =>
    linked.bridge.events.flatMap(({ chat: place, ...event }) => {
      if (place !== `whatsapp:${chat}` || event.kind !== 'message') return []
      const { content } = event
      return content.kind === 'text'
        ? [content.body.text]
        : content.kind === 'placeholder'
          ? [content.label]
          : []
    })
  await until('everything', () => said(group.jid).length + said(alice.lid).length >= 3 * turns + 1, 120_000)
  const all = Array.from({ length: turns }, (_, turn) => turn)
  assert.deepEqual(
    said(group.jid).slice(1),
    all.flatMap(turn => [`Renamed the group to: name ${turn}`, `text ${turn}`]),
  )
  assert.deepEqual(
    said(alice.lid),
    all.map(() => '📞 Voice call'),
  )
  await until('the acks', () => wa.pending.length === 0)
  wa.assertNoSurprises()
})
