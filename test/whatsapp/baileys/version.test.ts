import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_CONNECTION_CONFIG } from '@whiskeysockets/baileys'
import { ClientVersion } from '../../../src/whatsapp/baileys/connection/client-version.ts'
import { PageUnread, readRevision } from '../../../src/whatsapp/baileys/connection/version-page.ts'
import { LoginError } from '../../../src/whatsapp/port.ts'
import { trustTestCa } from '../../simulators/whatsapp/media-server.ts'
import { RecordingBridge, silentLogger, TempDir, until } from '../support.ts'
import { Linked } from './linked.ts'

trustTestCa()

const builtIn = DEFAULT_CONNECTION_CONFIG.version[2]
const newer = builtIn + 1_000_000

const questions = ({ wa }: Linked): number => wa.media.requests.filter(({ url }) => url === '/sw.js').length

const fails = (reason: string) => (error: unknown) => {
  assert.ok(error instanceof LoginError, String(error))
  assert.equal(error.reason, reason)
  return true
}

const stopped = async ({ connection }: Linked) => {
  await until('the end', () => connection.status.state === 'stopped')
  const { problem, needs } = connection.status
  assert.match(problem ?? '', /takes this version of the program no more; update wa2tg/)
  assert.equal(needs, 'person')
}

test('a version that WhatsApp takes no more gives way to the present one, which is kept over a restart', async () => {
  await using linked = await Linked.started()
  const alice = linked.wa.addContact({ name: 'Alice' })
  linked.wa.refuseVersionsBelow(newer)
  linked.wa.dropConnection()
  await until('the way back', () => linked.wa.revisions.at(-1) === newer && linked.wa.isLive)
  await alice.send('to the newer one')
  await until('the message', () => linked.bridge.said.includes('to the newer one'))
  const before = linked.wa.revisions.length
  await linked.restart()
  assert.deepEqual(linked.wa.revisions.slice(before), [newer])
  assert.equal(questions(linked), 1)

  linked.wa.refuseVersionsBelow(newer + 5)
  linked.wa.dropConnection()
  await until('the way back', () => linked.wa.revisions.at(-1) === newer + 5 && linked.wa.isLive)
  assert.equal(questions(linked), 2)
  linked.wa.assertNoSurprises()
})

test('where no newer version is told, a person is needed, and the session stays', async () => {
  for (const told of [builtIn, builtIn - 1]) {
    await using linked = await Linked.started()
    linked.wa.refuseVersionsBelow(newer, told)
    linked.wa.dropConnection()
    await stopped(linked)
    assert.equal(questions(linked), 1)
    linked.wa.refuseVersionsBelow(builtIn)
    await linked.restart()
  }
})

test('a newer version that is refused, too, is the last one that is tried', async () => {
  await using linked = await Linked.started()
  linked.wa.refuseVersionsBelow(newer, newer - 1)
  const before = linked.wa.revisions.length
  linked.wa.dropConnection()
  await stopped(linked)
  assert.deepEqual(linked.wa.revisions.slice(before), [builtIn, newer - 1])
  assert.equal(questions(linked), 1)
  // And the next start does not try it: a page may be wrong once.
  linked.wa.refuseVersionsBelow(builtIn)
  await linked.restart()
  assert.equal(linked.wa.revisions.at(-1), builtIn)
})

test('a page that cannot be read is asked again, and ends nothing', async () => {
  await using linked = await Linked.started()
  linked.wa.refuseVersionsBelow(newer)
  linked.wa.media.page('/sw.js', { status: 503 })
  linked.wa.dropConnection()
  await until('three questions', () => questions(linked) >= 3)
  assert.equal(linked.connection.status.state, 'connecting')
  assert.equal(linked.connection.status.needs, undefined)
  linked.wa.tellVersion(newer)
  await until('the way back', () => linked.wa.revisions.at(-1) === newer && linked.wa.isLive)
})

test('a login by QR code goes on as the present version', async () => {
  await using linked = await Linked.unlinked()
  linked.wa.refuseVersionsBelow(newer)
  await linked.login()
  assert.deepEqual(
    linked.steps.map(({ kind }) => kind),
    ['qr', 'pairing', 'syncing', 'linked'],
  )
  assert.deepEqual(linked.wa.revisions, [builtIn, newer, newer])
  await linked.restart()
  assert.equal(linked.wa.revisions.at(-1), newer)
  assert.equal(questions(linked), 1)
  linked.wa.assertNoSurprises()
})

test('so does one by pairing code', async () => {
  await using linked = await Linked.unlinked()
  linked.wa.refuseVersionsBelow(newer)
  await linked.loginByCode()
  assert.deepEqual(
    linked.steps.map(({ kind }) => kind),
    ['code', 'pairing', 'syncing', 'linked'],
  )
  assert.deepEqual(linked.wa.revisions, [builtIn, newer, newer])
})

test('a login whose version is refused between the code and the first sync goes on, too', async () => {
  await using linked = await Linked.unlinked()
  for await (const step of linked.connection.login()) {
    linked.steps.push(step)
    if (step.kind === 'qr') void linked.wa.phone.scan(step.payload)
    if (step.kind !== 'pairing') continue
    await until('the device', () => linked.wa.companion !== undefined)
    linked.wa.refuseVersionsBelow(newer)
  }
  assert.equal(linked.steps.at(-1)?.kind, 'linked')
  assert.deepEqual(linked.wa.revisions, [builtIn, builtIn, newer])
})

test('a login ends with words where no newer version helps, or none can be read', async () => {
  await using linked = await Linked.unlinked()
  const tries = [
    { oldest: newer, told: builtIn, reason: 'outdated' },
    { oldest: newer, told: newer - 1, reason: 'outdated' },
    { oldest: newer + 1, status: 503, reason: 'noNetwork' },
    { oldest: newer + 1, status: 403, reason: 'outdated' },
  ]
  for (const { oldest, told, status, reason } of tries) {
    linked.wa.refuseVersionsBelow(oldest, told)
    if (status !== undefined) linked.wa.media.page('/sw.js', { status })
    await assert.rejects(linked.login(), fails(reason), reason)
  }
  assert.deepEqual(linked.steps, [])
})

test('the version that Baileys brings counts where the one that was kept is older, or is none', () => {
  using dir = new TempDir()
  using bridge = new RecordingBridge(dir.path)
  const current = (kept: string): number => {
    bridge.sessions.set([{ type: 'meta', id: 'client-version', value: kept }])
    const { sessions } = bridge
    return new ClientVersion({ sessions, logger: silentLogger(), host: undefined }).current[2]
  }
  for (const kept of [String(builtIn - 1), 'none', '', '-5', '1e99', String(newer + 0.5)]) {
    assert.equal(current(kept), builtIn, kept)
  }
  assert.equal(current(String(newer)), newer)
})

test('the page is read as WhatsApp writes it, for browsers alone, and never waited for without end', async () => {
  await using linked = await Linked.unlinked()
  const { media, mediaHost } = linked.wa
  const { signal } = new AbortController()
  const read = (longest?: number) => readRevision(mediaHost, { signal, ...(longest && { longest }) })
  assert.equal(await read(), builtIn)
  const plain = await fetch(`https://${mediaHost}/sw.js`, { headers: { 'user-agent': 'wa2tg' } })
  assert.equal(plain.status, 400)
  const says = async (body: string) => {
    media.page('/sw.js', body)
    return await read()
  }
  assert.equal(await says('{"client_revision":1045345293,"server":2}'), 1_045_345_293)
  for (const body of [
    '',
    'client_revision: 5',
    '"client_revision":9999999999',
    '"client_revision":12345678901',
  ]) {
    assert.equal(await says(body), undefined, body)
  }
  media.page('/sw.js', { body: '"client', endless: true })
  await assert.rejects(read(50), PageUnread)
  await assert.rejects(readRevision('127.0.0.1:1', { signal }), PageUnread)
  await assert.rejects(readRevision(mediaHost, { signal: AbortSignal.abort() }), PageUnread)
})
