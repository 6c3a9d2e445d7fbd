import '../../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { StoreError } from '../../../../src/bridge/store-error.ts'
import { openAuthState } from '../../../../src/whatsapp/baileys/keys/auth-state.ts'
import { el, unixSeconds } from '../../../simulators/whatsapp/node.ts'
import { RecordingBridge, refuseEvents, TempDir, until } from '../../support.ts'
import { JournalHarness } from '../journal-harness.ts'
import { Linked } from '../linked.ts'
import { Sender } from '../sender.ts'

const ends = {
  'unlinked here': ({ connection }: Linked) => connection.logout(),
  'unlinked on the phone': async (linked: Linked) => {
    linked.wa.phone.unlink()
    await until('the end', () => linked.connection.status.state === 'logged_out')
  },
}

for (const [name, end] of Object.entries(ends)) {
  test(`What came for an account is with the bridge when it goes, ${name}, and nothing of it is left for the next`, async () => {
    await using linked = await Linked.started({ waitingMs: 60_000 })
    const { wa, bridge } = linked
    const { sessions } = bridge
    const count = (type: string) => [...sessions.list(type)].length
    const undone = () => count('journal') - count('journal-done')
    const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
    const attrs = { id: 'UNREAD', t: String(unixSeconds()), type: 'text', from: bob.lid, sender_pn: bob.pn }
    wa.enqueue(el('message', attrs, [el('enc', { v: '2', type: 'msg' }, randomBytes(60))]))
    await until('the wait', () => count('waiting') === 1)
    bridge.failure = new StoreError('The disk is full')
    await alice.send('to the owner')
    await until('the first row', () => undone() === 1)
    await wa.phone.send(alice, 'from the phone')
    await until('the second', () => undone() === 2)
    bridge.failure = undefined
    await end(linked)
    assert.deepEqual(
      bridge.messages.map(({ chat, sender, pending }) => [chat, sender.me, pending === true]),
      [
        [`whatsapp:${alice.lid}`, false, false],
        [`whatsapp:${alice.lid}`, true, false],
        [`whatsapp:${bob.lid}`, false, true],
      ],
    )
    assert.deepEqual([undone(), count('waiting'), count('creds')], [0, 0, 0])
  })
}

for (const [name, end] of Object.entries(ends)) {
  test(`An account goes, ${name}, also where the bridge cannot take what is waited for`, async () => {
    await using linked = await Linked.started({ waitingMs: 60_000 })
    const { wa, bridge, dir } = linked
    const bob = wa.addContact({ name: 'Bob' })
    const attrs = { id: 'UNREAD', t: String(unixSeconds()), type: 'text', from: bob.lid, sender_pn: bob.pn }
    wa.enqueue(el('message', attrs, [el('enc', { v: '2', type: 'msg' }, randomBytes(60))]))
    await until('the wait', () => [...bridge.sessions.list('waiting')].length === 1)
    refuseEvents(dir.path, 'UNREAD')
    await end(linked)
    assert.deepEqual([...bridge.sessions.list('creds')], [])
  })
}

for (const [name, end] of Object.entries(ends)) {
  test(`Where the disk takes nothing when an account goes, ${name}, the next start lets it go, and what came for it is with the bridge`, async () => {
    await using linked = await Linked.started()
    const { wa, bridge } = linked
    const count = (type: string) => [...linked.bridge.sessions.list(type)].length
    bridge.failure = new StoreError('The disk is full')
    await wa.addContact({ name: 'Alice' }).send('to the owner')
    await until('the row', () => count('journal') - count('journal-done') === 1)
    await Promise.resolve(end(linked)).catch((error: unknown) => assert.ok(error instanceof StoreError))
    assert.deepEqual([wa.companion, count('creds')], [undefined, 1])
    await linked.stop()
    linked.reopen()
    await linked.connection.start()
    await until('the end', () => linked.connection.status.state === 'logged_out')
    assert.deepEqual(linked.bridge.said, ['to the owner'])
    assert.deepEqual([count('journal') - count('journal-done'), count('creds')], [0, 0])
  })
}

test('What the disk has spoilt of a message in several parts keeps no account from going', async () => {
  using dir = new TempDir()
  using bridge = new RecordingBridge(dir.path)
  const auth = openAuthState(bridge.sessions)
  auth.saveCreds()
  await using harness = new JournalHarness(bridge, { retryMs: 60_000 })
  bridge.failure = new StoreError('The disk is full')
  await harness.handle(
    await new Sender('900000000000002@lid', auth.state.creds).group('G1', { conversation: 'one' }),
  )
  const [envelope] = harness.journal.undone()
  const hashes = envelope?.parts.map(({ hash }) => hash) ?? []
  assert.equal(hashes.length, 2)
  bridge.sessions.set([{ type: 'journal', id: hashes[1] ?? '', value: 'no JSON' }])
  bridge.failure = undefined
  await harness.intake.finish()
  assert.deepEqual(bridge.said, ['A message that could not be read; open WhatsApp'])
})

for (const [place, after] of [
  ['before its session is read', 1],
  ['before its session is written', 3],
] as const) {
  test(`What is being decrypted when the phone unlinks this machine (${place}) is with the bridge, and nothing of it left for the next account`, async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const stranger = wa.addContact({ pushName: 'Stranger', addressing: 'pn', pair: 'unknown' })
    const asked = () => wa.requests.filter(({ attrs }) => attrs['xmlns'] === 'usync').length
    // Baileys asks for the LID before it decrypts, and then for each look for the session.
    wa.refuseQuery('usync get usync', 'silence', { after })
    const before = asked()
    await stranger.send('to the owner')
    await until('the question in the middle', () => asked() === before + after + 1)
    wa.phone.unlink()
    await until('the end', () => linked.connection.status.state === 'logged_out')
    // The step is over then, however long it took.
    await linked.stop()
    linked.reopen()
    const { said, sessions } = linked.bridge
    const count = (type: string) => [...sessions.list(type)].length
    assert.deepEqual(said, ['to the owner'])
    assert.deepEqual([count('journal') - count('journal-done'), count('session')], [0, 0])
  })
}
