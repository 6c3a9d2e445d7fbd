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
  for (let kill = 0; kill < KILLS && isSending; kill += 1) {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'run-connection.ts'), linked.dir.path, wa.url, wa.rootKey],
      { stdio: 'inherit' },
    )
    await until('the child', () => wa.isConnected, 20_000)
    await sleep(randomInt(20, 400))
    child.kill('SIGKILL')
    await once(child, 'close')
    await until('the server to notice', () => !wa.isConnected)
  }
  await sending

  await linked.restart({ stopped: true })
  const said = (chat: string) =>
    linked.bridge.messages.flatMap(event =>
      event.chat === `whatsapp:${chat}` && event.content.kind === 'text' ? [event.content.body.text] : [],
    )
  await until('everything', () => said(alice.lid).length + said(group.jid).length >= 2 * MESSAGES, 20_000)
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
