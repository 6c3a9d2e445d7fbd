import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type BinaryNode, Curve, encodeBigEndian, signedKeyPair } from '@whiskeysockets/baileys'
import { TestBridge } from './bridge-support.ts'
import { startWhatsAppSimulator } from './index.ts'
import { el, SERVER } from './node.ts'

describe('strictness', () => {
  test('an upload of prekeys under a wrong signature or with a key cut short is not acceptable', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await bridge.link()
    const { registrationId, signedIdentityKey } = bridge.auth.creds
    const good = signedKeyPair(signedIdentityKey, 2)
    const before = wa.preKeyCount
    const upload = ({ signature, key }: { signature: Uint8Array; key: Uint8Array }) =>
      bridge.sock.query(
        el('iq', { to: SERVER, type: 'set', xmlns: 'encrypt' }, [
          el('registration', {}, encodeBigEndian(registrationId)),
          el('type', {}, Buffer.of(5)),
          el('identity', {}, signedIdentityKey.public),
          el('list', {}, [el('key', {}, [el('id', {}, encodeBigEndian(9000, 3)), el('value', {}, key)])]),
          el('skey', {}, [
            el('id', {}, encodeBigEndian(2, 3)),
            el('value', {}, good.keyPair.public),
            el('signature', {}, signature),
          ]),
        ]),
      )
    const key = Curve.generateKeyPair().public
    const forged = Buffer.from(good.signature)
    forged[3] = (forged[3] ?? 0) ^ 1
    await assert.rejects(upload({ signature: forged, key }), /not-acceptable/)
    await assert.rejects(upload({ signature: good.signature, key: key.subarray(1) }), /not-acceptable/)
    assert.equal(wa.preKeyCount, before)
    await upload({ signature: good.signature, key })
    assert.equal(wa.preKeyCount, before + 1)
    assert.equal(wa.takeSurprises().length, 2)
  })

  test('a request under an id that was used before is refused', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await bridge.link()
    const ping = (): BinaryNode =>
      el('iq', { id: 'twice', to: SERVER, type: 'get', xmlns: 'w:p' }, [el('ping')])
    await bridge.sock.query(ping())
    await assert.rejects(bridge.sock.query(ping()), /bad-request/)
    assert.match(wa.takeSurprises()[0] ?? '', /used before/)
  })

  test('messages to nobody, for the wrong devices, or in no known encryption are refused with 479', async () => {
    await using wa = await startWhatsAppSimulator()
    const [alice, bob] = [wa.addContact(), wa.addContact()]
    await using bridge = new TestBridge(wa)
    await bridge.link()
    const acks = new Map<string, string>()
    bridge.sock.ws.on('CB:ack,class:message', ({ attrs }: BinaryNode) => {
      acks.set(attrs['id'] ?? '', attrs['error'] ?? 'ok')
    })
    const enc = (attrs: Record<string, string>) => el('enc', attrs, Buffer.from('nonsense'))
    const fanout = (jid: string) => [
      el('participants', {}, [el('to', { jid }, [enc({ v: '2', type: 'msg' })])]),
    ]
    const bad: Record<string, BinaryNode> = {
      nobody: el(
        'message',
        { id: 'nobody', to: '19990000000@s.whatsapp.net', type: 'text' },
        fanout(alice.lid),
      ),
      stranger: el('message', { id: 'stranger', to: alice.lid, type: 'text' }, fanout(bob.lid)),
      empty: el('message', { id: 'empty', to: alice.lid, type: 'text' }),
      plain: el('message', { id: 'plain', to: alice.lid, type: 'text' }, [enc({ v: '2', type: 'plain' })]),
      version: el('message', { id: 'version', to: alice.lid, type: 'text' }, [enc({ v: '1', type: 'msg' })]),
    }
    for (const node of Object.values(bad)) await bridge.sock.sendNode(node)
    await wa.until(() => acks.size === Object.keys(bad).length)
    assert.deepEqual(new Set(acks.values()), new Set(['479']))
    assert.equal(wa.takeSurprises().length, Object.keys(bad).length)
    assert.deepEqual([alice.inbox, bob.inbox], [[], []])
  })

  test('a message that its reader cannot decrypt is asked for again instead of being delivered', async () => {
    await using wa = await startWhatsAppSimulator()
    const alice = wa.addContact()
    await using bridge = new TestBridge(wa, { getMessage: async () => undefined })
    await bridge.link()
    const asked: BinaryNode[] = []
    bridge.sock.ws.on('CB:receipt,type:retry', (node: BinaryNode) => asked.push(node))
    const enc = el('enc', { v: '2', type: 'msg' }, Buffer.alloc(80, 7))
    await bridge.sock.sendNode(el('message', { id: '3EB0BAD', to: alice.lid, type: 'text' }, [enc]))
    await wa.until(() => asked.length === 1)
    assert.equal(asked[0]?.attrs['from'], alice.lid)
    assert.deepEqual(alice.inbox, [])
    assert.match(wa.problems[0] ?? '', /could not read "3EB0BAD"/)
  })
})
