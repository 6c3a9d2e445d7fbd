import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { TestBridge } from './bridge-support.ts'
import { startWhatsAppSimulator } from './index.ts'
import { el, SERVER } from './node.ts'

describe('private chats', () => {
  for (const addressing of ['lid', 'pn'] as const) {
    test(`a contact and the bridge write to each other, addressed by ${addressing}`, async () => {
      await using wa = await startWhatsAppSimulator()
      wa.account.migrated = addressing === 'lid'
      const alice = wa.addContact({ name: 'Alice', addressing })
      await using bridge = new TestBridge(wa)
      await bridge.link()
      await alice.send('one')
      await alice.send('two')
      await wa.until(() => bridge.texts.length === 2)
      assert.deepEqual(bridge.texts, ['one', 'two'])
      const [first] = bridge.received
      assert.equal(first?.key.remoteJid, addressing === 'lid' ? alice.lid : alice.pn)
      assert.equal(first?.key.remoteJidAlt, addressing === 'lid' ? alice.pn : alice.lid)
      assert.equal(first?.pushName, 'Alice')
      await wa.until(() => wa.pending.length === 0, 'the receipts')
      assert.deepEqual(
        alice.receipts.map(({ type }) => type),
        ['inactive', 'inactive'],
      )

      const answer = await bridge.sock.sendMessage(first?.key.remoteJid ?? '', { text: 'three' })
      await wa.until(() => alice.inbox.length === 1)
      assert.equal(alice.inbox[0]?.id, answer?.key.id)
      assert.equal(alice.inbox[0]?.message.extendedTextMessage?.text, 'three')
      await wa.until(() => wa.phone.inbox.some(({ id }) => id === answer?.key.id), "the phone's own copy")
      await wa.until(() => bridge.status(answer?.key.id ?? '') === 3, 'the delivery receipt')

      await alice.send('four')
      await wa.until(() => bridge.texts.length === 3)
      assert.deepEqual(
        wa.transcript.map(({ from }) => from),
        ['Alice', 'Alice', 'bridge', 'Alice'],
      )
      wa.assertNoSurprises()
      assert.deepEqual(wa.problems, [])
    })
  }

  test('the bridge writes first, to somebody it only knows the number of', async () => {
    await using wa = await startWhatsAppSimulator()
    wa.account.migrated = false
    const bob = wa.addContact()
    await using bridge = new TestBridge(wa)
    await bridge.link()
    const [found] = (await bridge.sock.onWhatsApp(bob.pn)) ?? []
    assert.deepEqual(found, { jid: bob.pn, exists: true })
    const [stranger] = (await bridge.sock.onWhatsApp('19990000000')) ?? []
    assert.ok(!stranger?.exists)
    await bridge.sock.sendMessage(bob.pn, { text: 'hello' })
    await wa.until(() => bob.inbox.length === 1)
    wa.assertNoSurprises()
  })

  test('what the owner types on the phone arrives as an own message in the right chat', async () => {
    await using wa = await startWhatsAppSimulator()
    const alice = wa.addContact({ name: 'Alice' })
    const bob = wa.addContact({ name: 'Bob', addressing: 'pn' })
    await using bridge = new TestBridge(wa)
    await bridge.link()
    const chats = [alice, bob, 'me'] as const
    for (const chat of chats) await wa.phone.send(chat, 'from the phone')
    const own = () => bridge.messages.filter(({ key, message }) => key.fromMe && message?.conversation)
    await wa.until(() => own().length === 3)
    // Baileys handles live stanzas side by side: one that brings a new address is overtaken by the next.
    const rooms = own().map(({ key }) => key.remoteJid)
    assert.deepEqual(new Set(rooms), new Set([alice.lid, bob.pn, wa.account.lid]))
    assert.equal(alice.inbox[0]?.message.conversation, 'from the phone')
    await wa.until(() => wa.pending.length === 0, 'the receipts')
    assert.equal(wa.phone.receipts.filter(({ type }) => type === 'sender').length, 3)
    wa.assertNoSurprises()
  })

  test('a contact that cannot read a message asks again and gets it, at its place', async () => {
    await using wa = await startWhatsAppSimulator()
    const alice = wa.addContact({ name: 'Alice' })
    await using bridge = new TestBridge(wa)
    await bridge.link()
    await alice.send('hi')
    await wa.until(() => bridge.texts.length === 1)
    alice.failToRead(1)
    await bridge.sock.sendMessage(alice.lid, { text: 'one' })
    await bridge.sock.sendMessage(alice.lid, { text: 'two' })
    await wa.until(() => alice.inbox.length === 2, 'the message after the retry receipt')
    assert.deepEqual(
      alice.inbox.map(({ shown }) => shown?.text),
      ['two', 'one'],
    )
    assert.deepEqual(
      wa.transcript.slice(1).map(({ shown }) => shown?.text),
      ['one', 'two'],
    )
    assert.deepEqual(
      alice.inbox.map(({ copies }) => copies),
      [1, 1],
    )
    wa.assertNoSurprises()
  })

  test('another message under an id that a phone has is dropped as a copy, and told of', async () => {
    await using wa = await startWhatsAppSimulator()
    const alice = wa.addContact({ name: 'Alice' })
    await using bridge = new TestBridge(wa)
    await bridge.link()
    const same = { messageId: '3EB001' }
    await bridge.sock.sendMessage(alice.lid, { text: 'here' }, same)
    await bridge.sock.sendMessage(alice.lid, { text: 'here' }, same)
    await wa.until(() => alice.inbox[0]?.copies === 2)
    wa.assertNoSurprises()
    const location = { degreesLatitude: 52.5, degreesLongitude: 13.4 }
    await bridge.sock.sendMessage(alice.lid, { location }, same)
    await wa.until(() => alice.inbox[0]?.copies === 3)
    assert.equal(alice.inbox.length, 1)
    assert.match(wa.takeSurprises().join(), /drops a location as a copy of the text "3EB001"/)
  })

  test('the bridge that has lost a session asks again and gets the message in a new one', async () => {
    await using wa = await startWhatsAppSimulator()
    const alice = wa.addContact({ name: 'Alice' })
    await using bridge = new TestBridge(wa, { retryRequestDelayMs: 10 })
    await bridge.link()
    await alice.send('hi')
    await wa.until(() => bridge.texts.length === 1)
    await bridge.sock.sendMessage(alice.lid, { text: 'answer, so that pkmsg ends' })
    await wa.until(() => alice.inbox.length === 1)
    const [user] = alice.lid.split('@')
    await bridge.auth.keys.set({ session: { [`${user}_1.0`]: null } })
    await alice.send('lost?')
    await wa.until(() => bridge.texts.includes('lost?'), 'the message sent again')
    assert.ok(wa.requests.some(({ tag, attrs }) => tag === 'receipt' && attrs['type'] === 'retry'))
    await wa.until(() => wa.pending.length === 0)
    wa.assertNoSurprises()
  })

  test('what the account wrote stays and comes again until a receipt names its sender and its recipient', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await bridge.link()
    const came: BinaryNode[] = []
    bridge.sock.ws.on('CB:message', (node: BinaryNode) => came.push(node))
    const id = await wa.phone.send('meta-ai', 'What is for dinner?')
    // Baileys says that it went to the account itself.
    await wa.until(() => wa.phone.receipts.some(receipt => receipt.id === id))
    wa.sendAgain()
    await wa.until(() => came.length === 2)
    const [first, again] = came.map(({ attrs }) => attrs)
    assert.equal(Number(again?.['t']), Number(first?.['t']) + 1)
    const receipt = (attrs: Record<string, string>) =>
      bridge.sock.sendNode(el('receipt', { id, to: wa.account.lid, ...attrs }))
    const recipient = first?.['recipient'] ?? ''
    await receipt({ type: 'sender' })
    await receipt({ recipient })
    await receipt({ type: 'sender', recipient, to: wa.account.pn })
    await bridge.sock.query(el('iq', { id: 'behind', to: SERVER, type: 'get', xmlns: 'w:p' }, [el('ping')]))
    assert.deepEqual(
      wa.pending.map(({ attrs }) => attrs['id']),
      [id],
    )
    await receipt({ type: 'sender', recipient })
    await wa.until(() => wa.pending.length === 0)
    wa.assertNoSurprises()
  })
})
