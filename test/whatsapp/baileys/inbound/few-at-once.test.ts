import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Arrival } from '../../../../src/bridge/network.ts'
import { openStore, storePath } from '../../../../src/store/index.ts'
import { FewAtOnce } from '../../../../src/whatsapp/baileys/inbound/few-at-once.ts'
import { FromBackup } from '../../../../src/whatsapp/baileys/inbound/from-backup.ts'
import { Journal } from '../../../../src/whatsapp/baileys/inbound/journal.ts'
import { Waiting } from '../../../../src/whatsapp/baileys/inbound/waiting.ts'
import { TempDir, until } from '../../support.ts'

test('Ten placeholders stand in a chat at once, and each further one a while behind the one before', () => {
  let now = 1_000_000
  const few = new FewAtOnce(30_000, () => now)
  const announced: number[] = []
  while (announced.length < 13) {
    now += few.restIn('a')
    few.took('a')
    announced.push(now - 1_000_000)
  }
  assert.deepEqual(announced, [...Array.from({ length: 10 }, () => 0), 30_000, 60_000, 90_000])
  assert.equal(few.restIn('a'), 30_000)
  assert.equal(few.restIn('b'), 0)
  now += 10 * 30_000
  assert.equal(few.restIn('a'), 0)
})

test('What waits in a chat that nobody has mapped is forgotten when its time is up, however much it is', async () => {
  using dir = new TempDir()
  using store = openStore(storePath(dir.path))
  const sessions = store.session('baileys')
  const told: Arrival[] = []
  const waiting = new Waiting({
    sessions,
    receive: (arrival, alongside) => {
      told.push(arrival)
      alongside()
    },
    fromBackup: new FromBackup(sessions, new Journal(sessions)),
    isKnown: () => false,
    delayMs: 20,
    apartMs: 3_600_000,
  })
  const chat = 'whatsapp:1@lid'
  for (let count = 0; count < 30; count += 1)
    waiting.expect(
      { version: 1, kind: 'message', chat, id: `M${count}`, sender: { person: chat, me: false }, sentAt: 1 },
      {},
    )
  await until('all of them', () => told.length === 30)
  assert.deepEqual([...sessions.list('waiting')], [])
  waiting.stop()
})
