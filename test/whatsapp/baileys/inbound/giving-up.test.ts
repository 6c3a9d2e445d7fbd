import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../../../src/bridge/store-error.ts'
import { openAuthState } from '../../../../src/whatsapp/baileys/keys/auth-state.ts'
import { el } from '../../../simulators/whatsapp/node.ts'
import { RecordingBridge, refuseEvents, TempDir, until } from '../../support.ts'
import { type HarnessOptions, JournalHarness } from '../journal-harness.ts'
import { Sender } from '../sender.ts'

const UNREADABLE = 'A message that could not be read; open WhatsApp'

const begin = (dir: string) => {
  const bridge = new RecordingBridge(dir)
  const auth = openAuthState(bridge.sessions)
  auth.saveCreds()
  const people = { alice: new Sender('900000000000002@lid', auth.state.creds) }
  const open = (options: HarnessOptions = {}) => new JournalHarness(bridge, options)
  return { bridge, ...people, open, [Symbol.dispose]: () => bridge[Symbol.dispose]() }
}

const text = (conversation: string) => ({ conversation })

/** A run in which "zebra" fails and "behind" waits; what the journal holds then. */
const failOnce = async ({ alice, open }: ReturnType<typeof begin>) => {
  await using harness = open({ retryMs: 60_000 })
  await harness.handle(await alice.private('P1', text('zebra')))
  await harness.handle(await alice.private('P2', text('behind')))
  await until('a try', () => harness.errors.length === 1)
  return harness.journal.undone()
}

test('What the bridge cannot take is tried three times, then words stand for it; only its own chat waits', async () => {
  using dir = new TempDir()
  using begun = begin(dir.path)
  const { bridge, alice } = begun
  refuseEvents(dir.path, 'zebra')
  await using harness = begun.open({ retryMs: 1000 })
  const stanzas = [
    await alice.private('P1', text('zebra')),
    await alice.private('P2', text('behind')),
    await alice.group('G1', text('beside')),
  ]
  for (const stanza of stanzas) await harness.handle(stanza)
  await until('all', () => bridge.said.length === 3)
  assert.deepEqual(bridge.said, ['beside', UNREADABLE, 'behind'])
  assert.equal(bridge.messages[1]?.id, 'P1')
  assert.equal(harness.errors.length, 3)
  assert.deepEqual(harness.journal.undone(), [])
  // It was acknowledged, and is answered when it comes again.
  await harness.handle(await alice.private('P3', text('last')))
  await until('the last one', () => bridge.said.includes('last'))
  assert.ok(harness.intake.isIdle)
})

test('What an earlier run could not hand over is given up in the next one', async () => {
  using dir = new TempDir()
  using begun = begin(dir.path)
  const { bridge } = begun
  refuseEvents(dir.path, 'zebra')
  await failOnce(begun)
  assert.deepEqual(bridge.said, [])
  await using harness = begun.open({ retryMs: 5 })
  harness.intake.replay()
  await until('both', () => bridge.said.length === 2)
  assert.deepEqual(bridge.said, [UNREADABLE, 'behind'])
})

test('Where not even the words can be stored, what stands behind is not held up', async () => {
  using dir = new TempDir()
  using begun = begin(dir.path)
  const { bridge, alice } = begun
  refuseEvents(dir.path, '"id":"P1"')
  await using harness = begun.open({ retryMs: 5 })
  await harness.handle(await alice.private('P1', text('one')))
  await harness.handle(await alice.private('P2', text('two')))
  await until('the second', () => bridge.said.length === 1)
  assert.deepEqual(bridge.said, ['two'])
  assert.deepEqual(harness.journal.undone(), [])
})

test('A disk that takes nothing is waited for, however often it is tried', async () => {
  using dir = new TempDir()
  using begun = begin(dir.path)
  const { bridge, alice } = begun
  await using harness = begun.open({ retryMs: 1 })
  bridge.failure = new StoreError('The disk is full')
  await harness.handle(await alice.private('P1', text('one')))
  await harness.handle(await alice.group('G1', text('beside')))
  await until('many tries', () => harness.errors.length > 20)
  bridge.failure = undefined
  await until('both', () => bridge.said.length === 2)
  assert.deepEqual(bridge.said, ['one', 'beside'])
})

test('A row of the journal that cannot be read any more stands before nobody', async () => {
  using dir = new TempDir()
  using begun = begin(dir.path)
  const { bridge } = begun
  refuseEvents(dir.path, 'zebra')
  const [first] = await failOnce(begun)
  const hash = first?.parts[0]?.hash
  assert.ok(hash)
  await using harness = begun.open({ retryMs: 5 })
  harness.intake.replay()
  bridge.sessions.set([{ type: 'journal', id: hash, value: 'no JSON' }])
  await until('the one behind', () => bridge.said.includes('behind'))
  assert.deepEqual(bridge.said, [UNREADABLE, 'behind'])
})

test('A disk that cannot be read for a moment fails nobody who has an end or a stanza to tell of', async () => {
  using dir = new TempDir()
  using begun = begin(dir.path)
  const { bridge, alice } = begun
  await using harness = begun.open({ retryMs: 5 })
  const { intake, errors } = harness
  intake.connecting()
  // A message that never is decrypted, and a call behind it, which waits for that.
  intake.observe(await alice.private('P1', text('lost')))
  const from = alice.device.jid
  intake.observeWhole(
    el('call', { from, id: 'C', t: '1790000000' }, [el('offer', { 'call-id': 'C1', 'call-creator': from })]),
  )
  const { get } = bridge.sessions
  const refuse: typeof get = () => {
    throw new StoreError('The disk fails')
  }
  Object.assign(bridge.sessions, { get: refuse })
  intake.closed()
  await until('many tries', () => errors.length > 5)
  Object.assign(bridge.sessions, { get })
  intake.connecting()
  intake.caughtUp()
  await until('the call', () => bridge.messages.some(({ id }) => id === 'C1'))
  assert.ok(errors.every(error => error instanceof StoreError))
  assert.ok(intake.isIdle)
})
