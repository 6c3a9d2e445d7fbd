import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BinaryNode, proto } from '@whiskeysockets/baileys'
import { StoreError } from '../../../../src/bridge/store-error.ts'
import { openAuthState } from '../../../../src/whatsapp/baileys/keys/auth-state.ts'
import { el } from '../../../simulators/whatsapp/node.ts'
import { ForgetfulDisk, filesIn } from '../../../support/disk/forgetful-disk.ts'
import { watchDisk } from '../../../support/disk/watch-disk.ts'
import { RecordingBridge, TempDir, until } from '../../support.ts'
import { JournalHarness } from '../journal-harness.ts'
import { Sender } from '../sender.ts'

const channel = '120363000000000009@newsletter'
const text = (conversation: string) => ({ conversation })

/** What can be told WhatsApp as received, and how it comes in; each up to where it is acknowledged. */
const arrivals: Record<string, (harness: JournalHarness, alice: Sender) => Promise<void>> = {
  'a message in private': async (harness, alice) => {
    assert.ok(await harness.handle(await alice.private('M1', text('one'))))
  },
  'a message in a group': async (harness, alice) => {
    assert.ok(await harness.handle(await alice.group('M1', text('one'))))
  },
  'a post of a channel': async ({ intake }) => {
    const content = proto.Message.encode(text('one')).finish()
    const attrs = { from: channel, id: 'M1', server_id: '5', t: '1790000000' }
    const node = el('message', attrs, [el('plaintext', {}, Buffer.from(content))])
    intake.observe(node)
    assert.ok(intake.handled(node))
  },
  'a call': async ({ intake }) => {
    const node: BinaryNode = el('call', { from: '900000000000002@lid', id: 'M1', t: '1790000000' }, [
      el('offer', { 'call-id': 'C1', 'call-creator': '900000000000002@lid' }),
    ])
    intake.observeWhole(node)
  },
}

// Elsewhere SQLite cannot be watched without a compiler.
if (process.platform === 'linux') {
  for (const [what, arrive] of Object.entries(arrivals)) {
    test(`${what} is flushed before WhatsApp is told that it is here, though the bridge cannot take it`, async () => {
      using dir = new TempDir()
      using found = new TempDir()
      let alice: Sender
      {
        using bridge = new RecordingBridge(dir.path)
        const auth = openAuthState(bridge.sessions)
        auth.saveCreds()
        alice = new Sender('900000000000002@lid', auth.state.creds)
      }
      {
        const disk = new ForgetfulDisk(dir.path, filesIn(dir.path))
        using _watch = watchDisk(call => void disk.apply(call))
        using bridge = new RecordingBridge(dir.path)
        bridge.failure = new StoreError('it cannot be stored')
        await using harness = new JournalHarness(bridge)
        await arrive(harness, alice)
        // Nothing is there of what was not flushed.
        disk.crash(found.path, () => 0)
      }
      using bridge = new RecordingBridge(found.path)
      await using harness = new JournalHarness(bridge)
      assert.deepEqual(
        harness.journal.undone().map(({ attrs }) => attrs['id']),
        ['M1'],
      )
      harness.intake.replay()
      // The ratchet is where it was, too.
      assert.ok(await harness.handle(await alice.private('M2', text('two'))))
      await until('both', () => bridge.said.length === 2)
      assert.equal(bridge.said[1], 'two')
    })
  }
}
