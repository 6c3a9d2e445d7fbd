import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BinaryNode, BufferJSON } from '@whiskeysockets/baileys'
import { isMessage } from '../../../src/bridge/event.ts'
import type { SessionStore } from '../../../src/bridge/network.ts'
import { StoreError } from '../../../src/bridge/store-error.ts'
import { Journal } from '../../../src/whatsapp/baileys/inbound/journal.ts'
import { Tidy } from '../../../src/whatsapp/baileys/inbound/tidy.ts'
import { openAuthState } from '../../../src/whatsapp/baileys/keys/auth-state.ts'
import { el } from '../../simulators/whatsapp/node.ts'
import { RecordingBridge, TempDir, until } from '../support.ts'
import { JournalHarness, ME } from './journal-harness.ts'
import { GROUP, Sender } from './sender.ts'

const ALICE = '900000000000002@lid'
const text = (body: string) => ({ conversation: body })

/** A sender and a store whose credentials exist already. */
const begin = (dir: string) => {
  using bridge = new RecordingBridge(dir)
  const auth = openAuthState(bridge.sessions)
  auth.saveCreds()
  return { alice: new Sender(`${ALICE}`, auth.state.creds) }
}

test('A private and a group message reach the bridge once each, in order', async () => {
  using dir = new TempDir()
  const { alice } = begin(dir.path)
  using bridge = new RecordingBridge(dir.path)
  await using harness = new JournalHarness(bridge)
  assert.ok(await harness.handle(await alice.private('P1', text('one'))))
  assert.ok(await harness.handle(await alice.group('G1', text('two'))))
  assert.ok(await harness.handle(await alice.group('G2', text('three'))))
  await until('three events', () => bridge.events.length === 3)
  assert.deepEqual(bridge.said, ['one', 'two', 'three'])
  assert.deepEqual(
    bridge.events.map(({ chat, sender }) => [chat, sender.person, sender.name]),
    [
      [`whatsapp:${ALICE}`, `whatsapp:${ALICE}`, 'Alice'],
      [`whatsapp:${GROUP}`, `whatsapp:${ALICE}`, 'Alice'],
      [`whatsapp:${GROUP}`, `whatsapp:${ALICE}`, 'Alice'],
    ],
  )
})

test('A redelivery is answered from the journal and makes no second event', async () => {
  using dir = new TempDir()
  const { alice } = begin(dir.path)
  using bridge = new RecordingBridge(dir.path)
  await using harness = new JournalHarness(bridge)
  const stanzas = [await alice.private('P1', text('one')), await alice.group('G1', text('two'))]
  for (const stanza of [...stanzas, ...stanzas]) assert.ok(await harness.handle(stanza))
  await harness.handle(await alice.private('P2', text('last')))
  await until('the last one', () => bridge.said.includes('last'))
  assert.deepEqual(bridge.said, ['one', 'two', 'last'])
})

test('A message that comes again is answered, though the server has caught up before Baileys comes to it', async () => {
  using dir = new TempDir()
  const { alice } = begin(dir.path)
  using bridge = new RecordingBridge(dir.path)
  const stanza = await alice.private('P1', text('one'))
  {
    await using harness = new JournalHarness(bridge)
    assert.ok(await harness.handle(stanza))
    await until('the message', () => bridge.said.includes('one'))
  }
  await sleep(2)
  const openedAt = Date.now()
  await using harness = new JournalHarness(bridge)
  harness.intake.observe(stanza)
  harness.journal.prune(openedAt)
  assert.ok(await harness.decrypt(stanza))
  harness.journal.prune(openedAt)
  assert.ok(await harness.handle(stanza))
  assert.deepEqual(bridge.said, ['one'])
})

test('A message that comes twice before it is decrypted is decrypted all the same, and crosses once', async () => {
  using dir = new TempDir()
  const { alice } = begin(dir.path)
  using bridge = new RecordingBridge(dir.path)
  await using harness = new JournalHarness(bridge)
  const stanza = await alice.private('P1', text('one'))
  harness.intake.observe(stanza)
  harness.intake.observe(stanza)
  assert.ok(await harness.decrypt(stanza))
  assert.ok(await harness.decrypt(stanza))
  await harness.handle(await alice.private('P2', text('two')))
  await until('the last one', () => bridge.said.includes('two'))
  assert.deepEqual(bridge.said, ['one', 'two'])
})

test('A message that is being decrypted when the socket closes can be read when it comes again', async () => {
  using dir = new TempDir()
  const { alice } = begin(dir.path)
  using bridge = new RecordingBridge(dir.path)
  const stanza = await alice.private('P1', text('one'))
  {
    await using harness = new JournalHarness(bridge)
    const { get } = bridge.sessions
    const closing: SessionStore['get'] = (type, id) => {
      if (type === 'session') harness.intake.closed()
      return get(type, id)
    }
    Object.assign(bridge.sessions, { get: closing })
    await harness.handle(stanza)
    Object.assign(bridge.sessions, { get })
  }
  await using harness = new JournalHarness(bridge)
  assert.ok(await harness.handle(stanza))
  await until('the message', () => bridge.said.includes('one'))
})

test('Where both sides wrote first, both sessions can be written and read on', async () => {
  using dir = new TempDir()
  const { alice } = begin(dir.path)
  using bridge = new RecordingBridge(dir.path)
  await using harness = new JournalHarness(bridge)
  const write = async (body: string) => {
    const { type, ciphertext } = await harness.repository.encryptMessage({
      jid: ALICE,
      data: Buffer.from(body),
    })
    return (await alice.device.decrypt(ME.lid, { type, ciphertext: Buffer.from(ciphertext) })).toString()
  }
  const hers = await alice.private('P1', text('one'))
  await harness.open(alice.device)
  assert.equal(await write('her phone answers this'), 'her phone answers this')
  assert.ok(await harness.handle(hers))
  for (const [turn, id] of ['P2', 'P3', 'P4'].entries()) {
    assert.ok(await harness.handle(await alice.private(id, text(id))))
    assert.equal(await write(`answer ${turn}`), `answer ${turn}`)
  }
  await until('the last one', () => bridge.said.includes('P4'))
  assert.deepEqual(bridge.said, ['one', 'P2', 'P3', 'P4'])
})

test('A message that is not on disk is not acknowledged, and crosses when it comes again', async () => {
  using dir = new TempDir()
  const { alice } = begin(dir.path)
  using bridge = new RecordingBridge(dir.path)
  const stanza = await alice.private('P1', text('one'))
  {
    await using harness = new JournalHarness(bridge)
    const { set } = bridge.sessions
    Object.assign(bridge.sessions, {
      set: () => {
        throw new StoreError('disk full')
      },
    })
    assert.equal(await harness.handle(stanza), false)
    assert.equal(harness.storageFailures.length, 1)
    Object.assign(bridge.sessions, { set })
    harness.intake.closed()
  }
  await using harness = new JournalHarness(bridge)
  assert.ok(await harness.handle(stanza))
  await until('the message', () => bridge.events.length === 1)
})

test('What the bridge does not take is tried again, and nothing overtakes it', async () => {
  using dir = new TempDir()
  const { alice } = begin(dir.path)
  using bridge = new RecordingBridge(dir.path)
  await using harness = new JournalHarness(bridge)
  bridge.failure = new StoreError('disk full')
  await harness.handle(await alice.private('P1', text('one')))
  await harness.handle(await alice.private('P2', text('two')))
  assert.deepEqual(bridge.said, [])
  bridge.failure = undefined
  await until('both', () => bridge.events.length === 2)
  assert.deepEqual(bridge.said, ['one', 'two'])
})

test('A message that cannot be decrypted is announced after a while, and the real one still crosses', async () => {
  using dir = new TempDir()
  const { alice } = begin(dir.path)
  using bridge = new RecordingBridge(dir.path)
  await using harness = new JournalHarness(bridge)
  await harness.handle(await alice.private('P1', text('one')))
  const damaged = await alice.private('P2', text('two'))
  const [enc] = damaged.content as BinaryNode[]
  assert.ok(enc?.content instanceof Uint8Array)
  const inside = enc.content.length - 30
  enc.content[inside] = (enc.content[inside] ?? 0) ^ 1
  assert.equal(await harness.handle(damaged), false)
  await until('a placeholder', () => bridge.events.length === 2)
  assert.match(bridge.said[1] ?? '', /^Waiting for this message/)
  assert.ok(await harness.handle(await alice.private('P2', text('two'))))
  await until('the real one', () => bridge.said.includes('two'))
})

test('A message that comes in time on the second try is not announced', async t => {
  using dir = new TempDir()
  const { alice } = begin(dir.path)
  using bridge = new RecordingBridge(dir.path)
  // A placeholder that the message has overtaken, or taken the place of, is not seen in what the bridge keeps.
  const receive = t.mock.method(bridge, 'receive')
  // However slow this machine is, the message comes half a minute before its time is up.
  t.mock.timers.enable({ apis: ['setTimeout'] })
  await using harness = new JournalHarness(bridge, { waitingMs: 60_000 })
  const lost = await alice.group('G1', text('lost key'))
  const content = lost.content as BinaryNode[]
  lost.content = content.slice(1)
  assert.equal(await harness.handle(lost), false)
  t.mock.timers.tick(30_000)
  assert.ok(
    await harness.handle(await alice.private('G1', text('lost key'), { from: GROUP, participant: ALICE })),
  )
  await until('the real one', () => bridge.said.includes('lost key'))
  t.mock.timers.tick(120_000)
  const received = receive.mock.calls.flatMap(({ arguments: [arrivals] }) => arrivals)
  assert.deepEqual(
    received.map(({ event }) => isMessage(event) && event.content),
    [{ kind: 'text', body: { text: 'lost key', spans: [] } }],
  )
  assert.deepEqual(bridge.said, ['lost key'])
})

test('What is done before the connection began is forgotten once the server has caught up, the rest is kept', async () => {
  using dir = new TempDir()
  const { alice } = begin(dir.path)
  using bridge = new RecordingBridge(dir.path)
  await using harness = new JournalHarness(bridge)
  await harness.handle(await alice.private('P1', text('one')))
  await until('the event', () => bridge.events.length === 1)
  assert.equal([...bridge.sessions.list('journal')].length, 1)
  assert.equal(harness.journal.prune(Date.now() - 60_000), false)
  assert.equal([...bridge.sessions.list('journal')].length, 1)
  assert.equal(harness.journal.prune(Date.now() + 1), false)
  assert.equal([...bridge.sessions.list('journal')].length, 0)
  assert.equal([...bridge.sessions.list('journal-done')].length, 0)
})

test('The journal is cleared a little at a time, also on a connection that never ends', async () => {
  using dir = new TempDir()
  using bridge = new RecordingBridge(dir.path)
  const { sessions } = bridge
  let now = Date.now()
  const journal = new Journal(sessions, () => now)
  const link = { openedAt: now, isOpen: true }
  const seen: number[] = []
  const tidy = new Tidy({
    prune: before => {
      const more = journal.prune(before, 100)
      seen.push([...sessions.list('journal-done')].length)
      return more
    },
    onError: error => assert.fail(String(error)),
    times: { settled: 0, every: 100, pause: 1 },
  })
  const finish = (count: number) => {
    for (let turn = 0; turn < count; turn += 1) {
      const node = el('call', { from: ALICE, id: `${now}.${turn}`, t: '1' }, [el('offer')])
      sessions.set(journal.marks(journal.envelopeOfWhole(node, () => undefined)))
    }
  }
  now -= 1000
  finish(250)
  now += 1000
  tidy.caughtUp(link)
  await until('the first round', () => seen.length === 3)
  assert.deepEqual(seen, [150, 50, 0])
  finish(1)
  await until('a later round', () => seen.length >= 4 && seen.at(-1) === 0)
  link.isOpen = false
  finish(1)
  await new Promise(resolve => setTimeout(resolve, 250))
  assert.equal([...sessions.list('journal')].length, 1, 'it may come again')
  tidy.stop()
})

/** Points at which a process dies, in the order in which it passes them. */
const KILLS = ['commit', 'receipt', 'bridge'] as const

for (const kill of KILLS) {
  for (const kind of ['private', 'group'] as const) {
    test(`Killed behind the ${kill}, a ${kind} message is there once after the next start`, async () => {
      using dir = new TempDir()
      const { alice } = begin(dir.path)
      const first = await alice[kind]('M1', text('one'))
      const second = await alice[kind]('M2', text('two'))
      const third = await alice[kind]('M3', text('three'))
      const file = join(dir.path, 'stanzas.json')
      writeFileSync(file, JSON.stringify([first, second], BufferJSON.replacer))
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, 'journal-victim.ts'), dir.path, file, kill],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      const receipts: string[] = []
      child.stdout.on('data', (chunk: Buffer) => receipts.push(...chunk.toString().trim().split('\n')))
      const [, killedBy] = await once(child, 'close')
      assert.equal(killedBy, 'SIGKILL')

      using bridge = new RecordingBridge(dir.path)
      await using harness = new JournalHarness(bridge)
      harness.intake.replay()
      // The server sends again what was not receipted, then what is new.
      for (const stanza of [first, second]) {
        if (!receipts.includes(stanza.attrs['id'] ?? '')) assert.ok(await harness.handle(stanza))
      }
      assert.ok(await harness.handle(third))
      await until('all three', () => bridge.events.length === 3)
      assert.deepEqual(bridge.said, ['one', 'two', 'three'])
    })
  }
}
