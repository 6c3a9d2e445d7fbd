import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestBridge } from './bridge-support.ts'
import { startWhatsAppSimulator } from './index.ts'
import { unixSeconds } from './node.ts'

test('Baileys reads that the account is restricted, for how long, that it is free again, and how much of the month is left', async () => {
  await using wa = await startWhatsAppSimulator()
  await using bridge = new TestBridge(wa)
  await bridge.link()
  const heard: unknown[] = []
  bridge.sock.ev.on('connection.update', ({ reachoutTimeLock }) => {
    if (reachoutTimeLock !== undefined) heard.push(reachoutTimeLock)
  })
  bridge.sock.ev.on('message-capping.update', ({ capping_status, used_quota, total_quota }) =>
    heard.push([capping_status, used_quota, total_quota]),
  )
  const ends = unixSeconds() + 3600
  const timeEnforcementEnds = new Date(ends * 1000)
  wa.standing.restrict({ ends, kind: 'WEB_COMPANION_ONLY' })
  await wa.until(() => heard.length === 1)
  assert.deepEqual(await bridge.sock.fetchAccountReachoutTimelock(), heard[0])
  wa.standing.restrict()
  wa.standing.limit({ status: 'FIRST_WARNING', used: 40, total: 50, ends })
  await wa.until(() => heard.length === 4 && wa.pending.length === 0)
  assert.deepEqual(heard, [
    ...[1, 2].map(() => ({ isActive: true, timeEnforcementEnds, enforcementType: 'WEB_COMPANION_ONLY' })),
    { isActive: false, enforcementType: 'DEFAULT' },
    ['FIRST_WARNING', 40, 50],
  ])
  assert.equal((await bridge.sock.fetchNewChatMessageCap()).used_quota, 40)
  wa.assertNoSurprises()
})
