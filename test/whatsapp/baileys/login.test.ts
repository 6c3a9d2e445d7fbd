import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { LoginError, type LoginStep } from '../../../src/whatsapp/port.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

const fails = (reason: string) => (error: unknown) => {
  assert.ok(error instanceof LoginError, String(error))
  assert.equal(error.reason, reason)
  return true
}

const asksForCode = ({ content }: BinaryNode): boolean =>
  Array.isArray(content) && content[0]?.tag === 'link_code_companion_reg'

test('A scanned QR code links this machine, with the steps on the way', async () => {
  await using linked = await Linked.link()
  assert.deepEqual(
    linked.steps.map(({ kind }) => kind),
    ['qr', 'pairing', 'syncing', 'linked'],
  )
  assert.deepEqual(linked.steps.at(-1), {
    kind: 'linked',
    account: '15550000001@s.whatsapp.net',
    name: 'Olivia Owner',
  })
  linked.wa.assertNoSurprises()
  await linked.start()
})

test('A pairing code links this machine', async () => {
  await using linked = await Linked.unlinked()
  const steps: LoginStep[] = []
  for await (const step of linked.connection.login({ phone: '+1 555 000-0001' })) {
    steps.push(step)
    if (step.kind !== 'code') continue
    await until('the question', () => linked.wa.requests.some(asksForCode))
    void linked.wa.phone.enterPairingCode(step.code)
  }
  assert.deepEqual(
    steps.map(({ kind }) => kind),
    ['code', 'pairing', 'syncing', 'linked'],
  )
  linked.wa.assertNoSurprises()
})

test('An unfinished pairing code leaves nothing that the next login could stumble over', async () => {
  await using linked = await Linked.unlinked()
  const stop = new AbortController()
  await assert.rejects(async () => {
    for await (const step of linked.connection.login({ phone: '15550000001', signal: stop.signal })) {
      if (step.kind === 'code') stop.abort()
    }
  }, fails('aborted'))
  assert.deepEqual([...linked.bridge.sessions.list('creds')], [])
  await linked.login()
  assert.equal(linked.connection.status.account, '15550000001@s.whatsapp.net')
  linked.wa.assertNoSurprises()
})

test('A linked machine is not linked twice', async () => {
  await using linked = await Linked.link()
  await assert.rejects(linked.login(), fails('alreadyLinked'))
})

test('A refusal of the phone, a forged account and a refusal of the server are refusals', async () => {
  await using linked = await Linked.unlinked()
  const scan = (options?: Parameters<Linked['wa']['phone']['scan']>[1]) => async () => {
    for await (const step of linked.connection.login()) {
      if (step.kind === 'qr') void linked.wa.phone.scan(step.payload, options).catch(() => undefined)
    }
  }
  await assert.rejects(async () => {
    for await (const step of linked.connection.login()) if (step.kind === 'qr') linked.wa.phone.refuse()
  }, fails('refused'))
  await assert.rejects(scan({ forge: 'account-signature' }), fails('refused'))
  linked.wa.refuseNextLogin(403)
  await assert.rejects(scan(), fails('refused'))
  assert.deepEqual([...linked.bridge.sessions.list('creds')], [])
  await linked.login()
})

test('A login that nobody answers ends in time, having shown a code', async () => {
  await using linked = await Linked.unlinked()
  const steps: LoginStep[] = []
  // How long it takes until there is a code, the machine decides.
  for (let timeoutMs = 500; steps.length === 0 && timeoutMs < 60_000; timeoutMs *= 2) {
    await assert.rejects(async () => {
      for await (const step of linked.connection.login({ timeoutMs })) steps.push(step)
    }, fails('timedOut'))
  }
  assert.equal(steps[0]?.kind, 'qr')
})

test('Messages that come during the first sync are not lost', async () => {
  await using linked = await Linked.unlinked()
  const alice = linked.wa.addContact({ name: 'Alice' })
  for await (const step of linked.connection.login()) {
    if (step.kind === 'qr') void linked.wa.phone.scan(step.payload)
    if (step.kind === 'pairing') await until('the device', () => linked.wa.companion !== undefined)
    if (step.kind === 'syncing') await alice.send('already here')
  }
  await linked.start()
  await until('the message', () => linked.bridge.said.includes('already here'))
})
