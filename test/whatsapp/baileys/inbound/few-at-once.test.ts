import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Arrival } from '../../../../src/bridge/network.ts'
import { StoreError } from '../../../../src/bridge/store-error.ts'
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

/** What is told of so many that come one behind the other into one chat. */
const openWaiting = async (
  count: number,
  options: { readonly isMapped: boolean; readonly apartMs: number; readonly refusals?: number },
) => {
  using dir = new TempDir()
  using store = openStore(storePath(dir.path))
  const sessions = store.session('baileys')
  const told: Arrival[] = []
  let { refusals = 0 } = options
  const waiting = new Waiting({
    sessions,
    receive: (arrival, alongside) => {
      refusals -= 1
      if (refusals >= 0) throw new StoreError('The disk is full')
      told.push(arrival)
      alongside()
    },
    fromBackup: new FromBackup(sessions, new Journal(sessions)),
    isKnown: ({ id }) => options.isMapped && told.some(({ event }) => event.id === id),
    delayMs: 20,
    apartMs: options.apartMs,
  })
  const chat = 'whatsapp:1@lid'
  for (let number = 0; number < count; number += 1)
    waiting.expect(
      { version: 1, kind: 'message', chat, id: `M${number}`, sender: { person: chat, me: false }, sentAt: 1 },
      {},
    )
  await until('all of them', () => told.length === count)
  waiting.stop()
  return { ids: told.map(({ event }) => event.id), left: [...sessions.list('waiting')] }
}

test('What waits in a chat that nobody has mapped is forgotten when its time is up, however much it is', async () => {
  const { left } = await openWaiting(30, { isMapped: false, apartMs: 3_600_000 })
  assert.deepEqual(left, [])
})

test('What is announced later in a chat stands there in the order in which it came', async () => {
  const { ids } = await openWaiting(40, { isMapped: true, apartMs: 5 })
  assert.deepEqual(
    ids,
    Array.from({ length: 40 }, (_, number) => `M${number}`),
  )
})

test('What a full disk keeps from being announced stands before what came behind it', async () => {
  const { ids } = await openWaiting(20, { isMapped: true, apartMs: 5, refusals: 13 })
  assert.deepEqual(
    ids,
    Array.from({ length: 20 }, (_, number) => `M${number}`),
  )
})
