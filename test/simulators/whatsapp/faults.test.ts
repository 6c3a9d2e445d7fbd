import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { initAuthCreds } from '@whiskeysockets/baileys'
import { TestBridge } from './bridge-support.ts'
import { startWhatsAppSimulator } from './index.ts'

describe('delivery', () => {
  test('what comes while the bridge is away waits, and comes in order when it is back', async () => {
    await using wa = await startWhatsAppSimulator()
    const alice = wa.addContact({ name: 'Alice' })
    const group = wa.addGroup({ subject: 'Family', participants: [alice] })
    await using bridge = new TestBridge(wa)
    await bridge.link()
    wa.dropConnection()
    await wa.until(() => bridge.closes.length === 2)
    const texts = Array.from({ length: 90 }, (_, number) => `text ${number}`)
    for (const [number, text] of texts.entries()) {
      await alice.send(text, number % 2 ? { to: group } : {})
    }
    assert.equal(wa.pending.length, 90)
    assert.equal(wa.isConnected, false)
    bridge.open()
    await wa.until(() => bridge.texts.length === 90)
    assert.deepEqual(bridge.texts, texts)
    await wa.until(() => wa.pending.length === 0)
    wa.assertNoSurprises()
  })

  test('a message without a receipt comes again after the next login, one with a receipt does not', async () => {
    await using wa = await startWhatsAppSimulator()
    const alice = wa.addContact({ name: 'Alice' })
    await using bridge = new TestBridge(wa)
    await bridge.link()
    await alice.send('settled')
    await wa.until(() => bridge.texts.length === 1 && wa.pending.length === 0)
    let seen = 0
    bridge.sock.ws.on('CB:message', () => {
      seen += 1
      // The stanza is here, but no answer to it will leave.
      wa.dropConnection()
    })
    await alice.send('unsettled', { id: 'AC01' })
    await wa.until(() => seen === 1 && bridge.closes.length === 2)
    assert.deepEqual(
      wa.pending.map(({ attrs }) => attrs['id']),
      ['AC01'],
    )
    const redelivered: string[] = []
    const sock = bridge.open()
    sock.ws.on('CB:message', (node: { attrs: Record<string, string> }) => {
      redelivered.push(`${node.attrs['id']} ${node.attrs['offline']}`)
    })
    await wa.until(() => wa.pending.length === 0)
    assert.deepEqual(redelivered, ['AC01 0'])
    wa.assertNoSurprises()
  })

  test('acks are held, refused, or lost with the connection, as scripted', async () => {
    await using wa = await startWhatsAppSimulator()
    const alice = wa.addContact({ name: 'Alice' })
    await using bridge = new TestBridge(wa)
    bridge.reconnect = () => true
    await bridge.link()
    const acks: string[] = []
    bridge.sock.ws.on('CB:ack,class:message', ({ attrs }: { attrs: Record<string, string> }) => {
      acks.push(`${attrs['id']} ${attrs['error'] ?? 'ok'}`)
    })
    wa.holdAcks(true)
    await bridge.sock.sendMessage(alice.lid, { text: 'held' }, { messageId: '3EB001' })
    await wa.until(() => alice.inbox.length === 1)
    assert.deepEqual(acks, [])
    wa.holdAcks(false)
    await wa.until(() => acks.length === 1)

    wa.refuseNext(463)
    await bridge.sock.sendMessage(alice.lid, { text: 'refused' }, { messageId: '3EB002' })
    await wa.until(() => acks.length === 2)
    assert.deepEqual(acks, ['3EB001 ok', '3EB002 463'])
    await wa.until(() => bridge.status('3EB002') === 0)
    assert.equal(alice.inbox.length, 1)

    wa.cutNextSend('before-ack')
    await bridge.sock.sendMessage(alice.lid, { text: 'unsure' }, { messageId: '3EB003' })
    await wa.until(() => alice.inbox.length === 2 && wa.isLive && bridge.sock.ws.isOpen)
    await wa.until(() => wa.isConnected)
    await bridge.sock.sendMessage(alice.lid, { text: 'unsure' }, { messageId: '3EB003' })
    await wa.until(() => alice.inbox[1]?.copies === 2)
    assert.equal(alice.inbox.length, 2)

    wa.cutNextSend('before-delivery')
    const closes = bridge.closes.length
    await bridge.sock.sendMessage(alice.lid, { text: 'never' }).catch(() => undefined)
    await wa.until(() => bridge.closes.length > closes)
    assert.equal(alice.inbox.length, 2)
    wa.assertNoSurprises()
  })

  test('a bridge that says nothing about presence but unavailable is seen to do so', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await bridge.link()
    await bridge.sock.sendPresenceUpdate('unavailable')
    await wa.until(() => wa.presenceSeen.some(({ attrs }) => attrs['type'] === 'unavailable'))
    assert.ok(wa.presenceSeen.every(({ attrs }) => attrs['type'] !== 'available'))
    await bridge.sock.sendPresenceUpdate('available')
    await wa.until(() => wa.presenceSeen.some(({ attrs }) => attrs['type'] === 'available'))
  })
})

describe('streams', () => {
  test('stream errors end the connection with the code that they carry', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    bridge.reconnect = () => true
    await bridge.link()
    for (const [kind, code] of [
      [503, 503],
      [515, 515],
      ['conflict', 440],
    ] as const) {
      const count = bridge.closes.length
      wa.streamError(kind)
      await wa.until(() => bridge.closes.length > count)
      assert.equal(bridge.closes.at(-1), code)
      await wa.until(() => wa.isLive)
    }
    wa.refuseNextLogin(403)
    wa.dropConnection()
    await wa.until(() => bridge.closes.includes(403))
    await wa.until(() => wa.isLive)
    wa.assertNoSurprises()
  })

  test('a second login with the same credentials replaces the first', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await bridge.link()
    const [first] = [bridge.sock]
    bridge.open()
    await wa.until(() => bridge.closes.includes(440))
    assert.equal(first.ws.isOpen, false)
    await wa.until(() => wa.isLive && wa.isConnected)
  })

  test('an unlinked bridge is told so and cannot log in again', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await bridge.link()
    wa.phone.unlink()
    await wa.until(() => bridge.closes.includes(401))
    assert.equal(wa.companion, undefined)
    const count = bridge.closes.length
    bridge.open()
    await wa.until(() => bridge.closes.length > count)
    assert.equal(bridge.closes.at(-1), 401)
    wa.assertNoSurprises()
  })

  test('a bridge that logs out is unlinked', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await bridge.link()
    await bridge.sock.logout()
    await wa.until(() => wa.companion === undefined)
    wa.assertNoSurprises()
  })

  test('a login with another Noise key than the linked one is refused', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await bridge.link()
    wa.dropConnection()
    await wa.until(() => bridge.closes.length === 2)
    Object.assign(bridge.auth.creds, { noiseKey: initAuthCreds().noiseKey })
    bridge.open()
    await wa.until(() => bridge.closes.length === 3)
    assert.equal(bridge.closes.at(-1), 401)
  })

  test('a silent server takes everything in and answers nothing until it speaks again', async () => {
    await using wa = await startWhatsAppSimulator()
    const alice = wa.addContact()
    await using bridge = new TestBridge(wa)
    await bridge.link()
    wa.silence(true)
    await alice.send('unheard')
    const answer = await bridge.sock
      .query(
        {
          tag: 'iq',
          attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'w:p' },
          content: [{ tag: 'ping', attrs: {} }],
        },
        200,
      )
      .catch(() => undefined)
    assert.equal(answer, undefined)
    assert.deepEqual(bridge.texts, [])
    assert.equal(wa.pending.length, 1)
    wa.silence(false)
    wa.dropConnection()
    await wa.until(() => bridge.closes.length === 2)
    bridge.open()
    await wa.until(() => bridge.texts.length === 1)
  })

  test('unknown requests are answered with 501 and fail the test that did not expect them', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await bridge.link()
    await assert.rejects(bridge.sock.groupCreate('Nope', []), /feature-not-implemented/)
    assert.throws(() => wa.assertNoSurprises(), /w:g2.*create/)
    assert.equal(wa.takeSurprises().length, 1)
    wa.assertNoSurprises()
  })
})
