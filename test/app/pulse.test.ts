import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePulse } from '../../src/app/pulse.ts'
import type { NetworkName } from '../../src/bridge/chat-ref.ts'
import type { Network, NetworkStatus } from '../../src/bridge/network.ts'
import { MemoryNetwork } from '../bridge/memory-network.ts'
import { tempStore } from '../store/temp-store.ts'

test('how far the catching up has come is in the heartbeat every second, and its end, too', t => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  using store = tempStore()
  const whatsapp = new MemoryNetwork('whatsapp')
  using _pulse = makePulse(store, new Map<NetworkName, Network>([['whatsapp', whatsapp]]))
  const told = (): NetworkStatus | undefined => {
    t.mock.timers.tick(1000)
    return store.heartbeat.read()?.networks.whatsapp
  }
  assert.equal(told(), undefined, 'nothing has moved')
  for (const done of [120, 340]) {
    whatsapp.status = { state: 'connected', catchingUp: { done, total: 500 } }
    assert.deepEqual(told(), whatsapp.status)
  }
  whatsapp.status = { state: 'connected', upToDate: true }
  assert.deepEqual(told(), whatsapp.status)
  whatsapp.status = { state: 'connecting' }
  assert.deepEqual(told(), { state: 'connected', upToDate: true }, 'a change is told by whoever sees it')
})

test('a clock that is set right makes no bridge look as if it hung', t => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let now = Date.parse('1970-01-01T00:01:00Z')
  t.mock.method(Date, 'now', () => now)
  using store = tempStore()
  using pulse = makePulse(store, new Map())
  const beatAfter = (ms: number): number | undefined => {
    now += ms
    t.mock.timers.tick(1000)
    return store.heartbeat.read()?.beatAt
  }
  pulse.beat()
  const before = now
  assert.equal(beatAfter(1000), before, 'nothing has happened')
  assert.equal(beatAfter(Date.parse('2026-01-02T03:04:05Z') - now), now)
  assert.equal(beatAfter(1000), now - 1000, 'and nothing more')
})

test('what is wrong beside the networks is in the heartbeat where they have no problem of their own', () => {
  using store = tempStore()
  const [whatsapp, telegram] = [new MemoryNetwork('whatsapp'), new MemoryNetwork('telegram')]
  telegram.status = { state: 'connecting', problem: 'Telegram cannot be reached' }
  using pulse = makePulse(
    store,
    new Map<NetworkName, Network>([
      ['whatsapp', whatsapp],
      ['telegram', telegram],
    ]),
    name => `a bug in ${name}`,
  )
  pulse.beat()
  const { networks } = store.heartbeat.read() ?? {}
  assert.deepEqual(
    [networks?.whatsapp.problem, networks?.telegram.problem],
    ['a bug in whatsapp', 'Telegram cannot be reached'],
  )
})
