import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LoginError, type LoginStep } from '../../../src/whatsapp/port.ts'
import { until } from '../support.ts'
import { asksForCode, Linked } from './linked.ts'

const fails = (reason: string, words?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof LoginError, String(error))
  assert.equal(error.reason, reason)
  if (words !== undefined) assert.match(error.message, words)
  return true
}

test('A scanned QR code links this machine, with the steps on the way', async () => {
  await using linked = await Linked.link()
  assert.deepEqual(
    linked.steps.map(({ kind }) => kind),
    ['qr', 'pairing', 'syncing', 'linked'],
  )
  assert.deepEqual(linked.steps.at(-1), {
    kind: 'linked',
    account: '15550000001@s.whatsapp.net',
    lid: '900000000000001@lid',
    name: 'Olivia Owner',
  })
  linked.wa.assertNoSurprises()
  await linked.start()
})

test('A pairing code links this machine', async () => {
  await using linked = await Linked.unlinked()
  await linked.loginByCode('+1 555 000-0001')
  assert.deepEqual(
    linked.steps.map(({ kind }) => kind),
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
  await assert.rejects(
    async () => {
      for await (const step of linked.connection.login()) if (step.kind === 'qr') linked.wa.phone.refuse()
    },
    fails('refused', /phone refused to link/),
  )
  for (const forge of ['hmac', 'account-signature'] as const)
    await assert.rejects(scan({ forge }), fails('refused', /signature does not verify/))
  linked.wa.refuseNextLogin(403)
  await assert.rejects(scan(), fails('refused', /phone refused to link/))
  assert.deepEqual([...linked.bridge.sessions.list('creds')], [])
  await linked.login()
})

test('An account that WhatsApp does not let in behind the link is told as that, and keeps the link where that is worth something', async () => {
  for (const [code, words, isKept] of [
    [402, /^WhatsApp has suspended this account for a time; look at the phone$/, true],
    [403, /^WhatsApp has locked this account, /, false],
    [418, /^WhatsApp refuses the login \(418\)$/, true],
  ] as const) {
    await using linked = await Linked.unlinked()
    await assert.rejects(
      async () => {
        for await (const step of linked.connection.login()) {
          if (step.kind === 'qr') void linked.wa.phone.scan(step.payload)
          if (step.kind === 'pairing') linked.wa.refuseNextLogin(code)
        }
      },
      fails('turnedAway', words),
    )
    assert.equal([...linked.bridge.sessions.list('creds')].length, isKept ? 1 : 0, String(code))
  }
})

test('A login that is stopped when the phone has agreed says so, and the link stays', async () => {
  await using linked = await Linked.unlinked()
  const stop = new AbortController()
  await assert.rejects(
    async () => {
      for await (const step of linked.connection.login({ signal: stop.signal })) {
        if (step.kind === 'qr') void linked.wa.phone.scan(step.payload)
        if (step.kind !== 'pairing') continue
        await until('the link at WhatsApp', () => linked.wa.companion !== undefined)
        stop.abort()
      }
    },
    fails('aborted', /the phone had agreed already; go on with "wa2tg run"/),
  )
  await linked.start()
})

for (const refresh of ['companion_reg_refresh', 'pair-device-rotate-qr'] as const) {
  test(`A secret that WhatsApp retires behind the scan (${refresh}) is drawn anew, and the code shown with it links this machine`, async () => {
    await using linked = await Linked.unlinked()
    const { phone } = linked.wa
    const codes: string[] = []
    for await (const step of linked.connection.login()) {
      linked.steps.push(step)
      if (step.kind !== 'qr') continue
      codes.push(step.payload)
      if (codes.length < 3) await assert.rejects(phone.scan(step.payload, { refresh }), /scan the new one/)
      else {
        await assert.rejects(phone.scan(codes[0] ?? ''), /was retired/)
        void phone.scan(step.payload)
      }
    }
    assert.deepEqual(
      linked.steps.map(({ kind }) => kind),
      ['qr', 'qr', 'qr', 'pairing', 'syncing', 'linked'],
    )
    const parts = codes.map(code => code.split(','))
    assert.equal(new Set(parts.map(([ref]) => ref)).size, 1)
    assert.equal(new Set(parts.map(([, , , secret]) => secret)).size, 3)
    assert.deepEqual(
      parts.map(([, , , secret = '']) => Buffer.from(secret, 'base64').length),
      [32, 32, 32],
    )
    linked.wa.assertNoSurprises()
  })
}

test('Where an account wants its passkey the login ends with what that means, by both kinds of codes', async () => {
  await using linked = await Linked.unlinked()
  const { phone } = linked.wa
  await assert.rejects(async () => {
    for await (const step of linked.connection.login()) {
      if (step.kind === 'qr') void phone.scan(step.payload, { passkey: true }).catch(() => undefined)
    }
  }, fails('passkey'))
  await assert.rejects(async () => {
    for await (const step of linked.connection.login({ phone: '15550000001' })) {
      if (step.kind !== 'code') continue
      const asked = () => linked.wa.requests.filter(asksForCode).length
      await until('the question', () => asked() > 0)
      void phone.enterPairingCode(step.code, { passkey: true }).catch(() => undefined)
    }
  }, fails('passkey'))
  assert.deepEqual([...linked.bridge.sessions.list('creds')], [])
  await linked.login()
  linked.wa.assertNoSurprises()
})

test('A number that WhatsApp gives no pairing code ends the login, though a code was shown', async () => {
  await using linked = await Linked.unlinked()
  await assert.rejects(async () => {
    for await (const step of linked.connection.login({ phone: '15559999999' })) linked.steps.push(step)
  }, fails('noCode'))
  assert.match(linked.wa.takeSurprises()[0] ?? '', /no such account/)
  await linked.login()
})

test('Where WhatsApp does not know the device that a phone has just agreed to, nothing of it is kept', async () => {
  await using linked = await Linked.unlinked()
  await assert.rejects(async () => {
    for await (const step of linked.connection.login()) {
      if (step.kind === 'qr') void linked.wa.phone.scan(step.payload)
      if (step.kind === 'pairing') linked.wa.refuseNextLogin(401)
    }
  }, fails('refused'))
  assert.deepEqual([...linked.bridge.sessions.list('creds')], [])
  await linked.login()
})

test('A connection that ends while a code is asked for or shown is followed by another, and not for ever', async () => {
  await using linked = await Linked.unlinked()
  linked.wa.cutLinking(3)
  for await (const step of linked.connection.login()) {
    linked.steps.push(step)
    if (step.kind === 'qr' && linked.steps.length === 4) void linked.wa.phone.scan(step.payload)
  }
  assert.deepEqual(
    linked.steps.map(({ kind }) => kind),
    ['qr', 'qr', 'qr', 'qr', 'pairing', 'syncing', 'linked'],
  )
  await using others = await Linked.unlinked()
  others.wa.cutLinking(100)
  await assert.rejects(async () => {
    for await (const step of others.connection.login({ phone: '15550000001' })) others.steps.push(step)
  }, fails('noNetwork'))
  assert.equal(others.wa.revisions.length, 21)
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
