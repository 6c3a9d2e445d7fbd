import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { TestBridge } from './bridge-support.ts'
import { startWhatsAppSimulator } from './index.ts'

/** Baileys goes on without the history after 20 s (lib/Socket/chats.js); until the end of the test it waits for ever. */
const waitForHistory = (t: TestContext): void => {
  const start = globalThis.setTimeout
  globalThis.setTimeout = Object.assign((...parameters: Parameters<typeof start>) => {
    const [call, delay] = parameters
    return start(delay === 20_000 ? () => undefined : call, delay)
  }, start) as typeof start
  t.after(() => {
    globalThis.setTimeout = start
  })
}

describe('linking', () => {
  test('a scanned QR code links the bridge, which restarts, logs in and has its first sync', async t => {
    waitForHistory(t)
    await using wa = await startWhatsAppSimulator({ name: 'Olivia Owner' })
    const alice = wa.addContact({ name: 'Alice Adams', pushName: 'ali' })
    await using bridge = new TestBridge(wa)
    await bridge.link()
    assert.deepEqual(bridge.closes, [515])
    await wa.until(() => bridge.auth.creds.me?.name === 'Olivia Owner')
    await wa.until(() => bridge.contacts.some(({ name }) => name === alice.name), 'the address book')
    assert.ok(wa.preKeyCount > 700)
    wa.assertNoSurprises()
  })

  test('a pairing code links the bridge, a wrong one does not', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await wa.until(() => bridge.qrs.length > 0)
    await assert.rejects(wa.phone.enterPairingCode('ABCDEFGH'), /No device has asked/)
    const code = await bridge.sock.requestPairingCode('15550000001')
    await wa.until(() => wa.requests.some(({ attrs }) => attrs['xmlns'] === 'md'))
    await assert.rejects(
      wa.phone.enterPairingCode(code.startsWith('A') ? 'BBBBBBBB' : 'AAAAAAAA'),
      /code is wrong/,
    )
    await wa.phone.enterPairingCode(`${code.slice(0, 4)}-${code.slice(4)}`)
    await bridge.ready()
    assert.deepEqual(bridge.closes, [515])
    wa.assertNoSurprises()
  })

  test('a phone number that is not of the account gets no code', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await wa.until(() => bridge.qrs.length > 0)
    await bridge.sock.requestPairingCode('15559999999')
    await wa.until(() => wa.unexpected.length > 0)
    assert.match(wa.takeSurprises()[0] ?? '', /no such account/)
  })

  test('a QR code is worth nothing once its device is gone', async () => {
    await using wa = await startWhatsAppSimulator()
    const bridge = new TestBridge(wa)
    await wa.until(() => bridge.qrs.length > 0)
    await bridge[Symbol.asyncDispose]()
    await wa.until(() => wa.connections === 0)
    await assert.rejects(wa.phone.scan(bridge.qrs[0] ?? ''), /no longer valid/)
    await assert.rejects(wa.phone.scan('https://example.org'), /not the QR code/)
  })

  test('a forged device identity is noticed by Baileys where it looks, and the phone hears that nothing was linked', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await wa.until(() => bridge.qrs.length > 0)
    await assert.rejects(wa.phone.scan(bridge.qrs[0] ?? '', { forge: 'hmac' }), /went away/)
    assert.equal(wa.companion, undefined)
  })

  test('a refused device is told so', async () => {
    await using wa = await startWhatsAppSimulator()
    await using bridge = new TestBridge(wa)
    await wa.until(() => bridge.qrs.length > 0)
    wa.phone.refuse(403)
    await wa.until(() => bridge.closes.length === 1)
    assert.deepEqual(bridge.closes, [403])
  })
})
