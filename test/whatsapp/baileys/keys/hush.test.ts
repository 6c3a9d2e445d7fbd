import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openAuthState } from '../../../../src/whatsapp/baileys/keys/auth-state.ts'
import { RecordingBridge, TempDir, until } from '../../support.ts'
import { JournalHarness, ME } from '../journal-harness.ts'
import { Sender } from '../sender.ts'

const ALICE = '900000000000002@lid'

test('Nothing of a session reaches the console when it is closed', async t => {
  using dir = new TempDir()
  using bridge = new RecordingBridge(dir.path)
  const auth = openAuthState(bridge.sessions)
  auth.saveCreds()
  const alice = new Sender(ALICE, auth.state.creds)
  const printed: unknown[] = []
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    t.mock.method(console, method, (...values: unknown[]) => printed.push(...values))
  }
  await using harness = new JournalHarness(bridge)
  await harness.handle(await alice.private('P1', { conversation: 'one' }))
  const open = harness.repository.validateSession(ALICE)
  assert.equal((await open).exists, true)
  alice.device.forgetSession(ME.lid)
  await harness.handle(await alice.private('P2', { conversation: 'two' }))
  await until('both', () => bridge.events.length === 2)
  assert.deepEqual(printed, [])
})
