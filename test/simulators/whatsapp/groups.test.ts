import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TestBridge } from './bridge-support.ts'
import { startWhatsAppSimulator } from './index.ts'

describe('groups', () => {
  for (const addressing of ['lid', 'pn'] as const) {
    test(`members and the bridge read each other in a group addressed by ${addressing}`, async () => {
      await using wa = await startWhatsAppSimulator()
      const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ pushName: 'Bob' })]
      const group = wa.addGroup({ subject: 'Class 4b', participants: [alice, bob], addressing })
      await using bridge = new TestBridge(wa)
      await bridge.link()

      for (const text of ['one', 'two', 'three']) await alice.send(text, { to: group })
      await bob.send('four', { to: group })
      await wa.until(() => bridge.texts.length === 4)
      // Baileys handles live stanzas side by side: one that brings a new address is overtaken by the next.
      assert.deepEqual(new Set(bridge.texts), new Set(['one', 'two', 'three', 'four']))
      const keys = bridge.received.map(({ key }) => key)
      assert.ok(keys.every(({ remoteJid }) => remoteJid === group.jid))
      assert.equal(bridge.texts[0], 'one')
      assert.equal(keys[0]?.participant, addressing === 'lid' ? alice.lid : alice.pn)
      assert.equal(keys[0]?.participantAlt, addressing === 'lid' ? alice.pn : alice.lid)

      const metadata = await bridge.sock.groupMetadata(group.jid)
      assert.equal(metadata.subject, 'Class 4b')
      assert.equal(metadata.participants.length, 3)
      for (const text of ['five', 'six']) await bridge.sock.sendMessage(group.jid, { text })
      for (const member of [alice, bob]) {
        await wa.until(() => member.inbox.length === 2)
        assert.deepEqual(
          member.inbox.map(({ message, chat }) => [message.extendedTextMessage?.text, chat]),
          [
            ['five', group.jid],
            ['six', group.jid],
          ],
        )
      }
      await wa.until(() => wa.phone.inbox.filter(({ chat }) => chat === group.jid).length === 2)
      await wa.until(() => wa.pending.length === 0, 'receipts and acks')
      wa.assertNoSurprises()
      assert.deepEqual(wa.problems, [])
    })
  }

  test('what the owner types on the phone into a group arrives as an own message', async () => {
    await using wa = await startWhatsAppSimulator()
    const group = wa.addGroup({ subject: 'Family', participants: [wa.addContact()] })
    await using bridge = new TestBridge(wa)
    await bridge.link()
    await wa.phone.send(group, 'mine')
    await wa.until(() => bridge.messages.some(({ message }) => message?.conversation === 'mine'))
    const own = bridge.messages.find(({ message }) => message?.conversation === 'mine')
    assert.equal(own?.key.fromMe, true)
    assert.equal(own?.key.remoteJid, group.jid)
    await wa.until(() => wa.pending.length === 0)
    wa.assertNoSurprises()
  })

  test('a member that cannot read a group message gets it again, everybody else keeps one', async () => {
    await using wa = await startWhatsAppSimulator()
    const [alice, bob] = [wa.addContact(), wa.addContact()]
    const group = wa.addGroup({ subject: 'Family', participants: [alice, bob] })
    await using bridge = new TestBridge(wa)
    await bridge.link()
    alice.failToRead(1)
    await bridge.sock.sendMessage(group.jid, { text: 'dinner?' })
    await wa.until(() => alice.inbox.length === 1, 'the message after the retry receipt')
    await wa.until(() => bob.inbox[0]?.copies === 2, 'the second copy that Baileys sends to all')
    assert.equal(bob.inbox.length, 1)
    wa.assertNoSurprises()
  })

  test('strangers cannot write to a group, and the account can neither once removed nor as a mere member of an announcement group', async () => {
    await using wa = await startWhatsAppSimulator()
    const [alice, stranger] = [wa.addContact(), wa.addContact()]
    const group = wa.addGroup({ subject: 'Family', participants: [alice] })
    const news = wa.addGroup({ subject: 'News', participants: [alice], announce: true, admins: [alice] })
    await using bridge = new TestBridge(wa)
    await bridge.link()
    await assert.rejects(stranger.send('hi', { to: group }), /not a member/)

    await bridge.sock.sendMessage(group.jid, { text: 'still here' })
    await wa.until(() => alice.inbox.length === 1)
    group.remove('me')
    await assert.rejects(bridge.sock.groupMetadata(group.jid), /forbidden/)
    await assert.rejects(bridge.sock.groupMetadata('120363999999999999@g.us'), /item-not-found/)
    await bridge.sock.sendMessage(news.jid, { text: 'let me in' }, { messageId: '3EB0A1' })
    await wa.until(() => bridge.status('3EB0A1') === 0, 'the refusal')
    assert.equal(wa.takeSurprises().length, 2)
    assert.equal(alice.inbox.length, 1)
  })
})
