import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Arrival } from '../../../../src/bridge/network.ts'
import { openStore, storePath } from '../../../../src/store/index.ts'
import { FromBackup } from '../../../../src/whatsapp/baileys/inbound/from-backup.ts'
import { Intake, type Opened } from '../../../../src/whatsapp/baileys/inbound/intake.ts'
import { Journal } from '../../../../src/whatsapp/baileys/inbound/journal.ts'
import { Waiting } from '../../../../src/whatsapp/baileys/inbound/waiting.ts'
import { el } from '../../../simulators/whatsapp/node.ts'
import { TempDir, until } from '../../support.ts'

const HOUR = 3_600_000

/** Sets the clock an hour ahead; what is returned sets it right. */
const setAhead = (t: TestContext): (() => void) => {
  const right = Date.now
  const { mock } = t.mock.method(Date, 'now', () => right() + HOUR)
  return () => mock.restore()
}

test('A message that waits since the clock was an hour ahead is announced in time after a restart', async t => {
  using dir = new TempDir()
  using store = openStore(storePath(dir.path))
  const sessions = store.session('baileys')
  const told: Arrival[] = []
  const fromBackup = new FromBackup(sessions, new Journal(sessions))
  const receive = (arrival: Arrival) => told.push(arrival)
  const open = () => new Waiting({ sessions, delayMs: 200, receive, fromBackup, isKnown: () => true })
  const setRight = setAhead(t)
  const chat = 'whatsapp:1@lid'
  const first = open()
  first.expect(
    { version: 1, kind: 'message', chat, id: 'A', sender: { person: chat, me: false }, sentAt: 1 },
    {},
  )
  first.stop()
  setRight()
  const second = open()
  second.resume()
  await until('the placeholder', () => told.length === 1)
  second.stop()
})

test('What is incomplete since the clock was an hour ahead is handed over once the server has caught up', async t => {
  using dir = new TempDir()
  using store = openStore(storePath(dir.path))
  const sessions = store.session('baileys')
  const stanza = (from: string) =>
    el(
      'message',
      { from, participant: '1@lid', id: 'A' },
      ['msg', 'skmsg'].map(type => el('enc', { v: '2', type }, Buffer.from(`${from} ${type}`))),
    )
  const setRight = setAhead(t)
  {
    const journal = new Journal(sessions)
    const envelope = journal.envelopeOf(stanza('1@g.us'), () => undefined)
    const [part] = envelope?.parts ?? []
    assert.ok(envelope && part)
    journal.writePlain(envelope, part.hash, Buffer.from('plain'))
  }
  setRight()
  const handed: Opened[] = []
  const intake = new Intake({
    journal: new Journal(sessions),
    consume: async opened => void handed.push(opened),
    giveUp: () => assert.fail('nothing is given up'),
    onError: assert.ifError,
  })
  intake.replay()
  intake.connecting()
  // Of what comes on this connection the second part may still be on its way.
  intake.observe(stanza('2@g.us'))
  intake.caughtUp()
  await until('what there is of it', () => handed.length === 1)
  await intake.stop()
  const [{ envelope, plaintexts } = assert.fail('nothing came')] = handed
  assert.equal(envelope.attrs['from'], '1@g.us')
  assert.deepEqual(plaintexts.map(String), ['plain', 'undefined'])
})
