import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TestBridge } from './bridge-support.ts'
import { startWhatsAppSimulator } from './index.ts'

describe('linking', () => {
  test('a scanned QR code links the bridge, which restarts, logs in and has its first sync', async () => {
    await using wa = await startWhatsAppSimulator({ name: 'Olivia Owner' })
    const alice = wa.addContact({ name: 'Alice Adams', pushName: 'ali' })
    await using bridge = new TestBridge(wa)
    const start = Date.now()
    await bridge.link()
    const took = Date.now() - start
    assert.deepEqual(bridge.closes, [515])
    await wa.until(() => bridge.auth.creds.me?.name === 'Olivia Owner')
    await wa.until(() => bridge.contacts.some(({ name }) => name === alice.name), 'the address book')
    assert.ok(wa.preKeyCount > 700)
    wa.assertNoSurprises()
    assert.ok(took < 5000, `Linking took ${took} ms`)
    if (process.env['SHOW']) console.log({ took })
  })
})
