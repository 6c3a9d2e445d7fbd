import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type End, makeWatch } from '../../src/app/watch.ts'
import type { NetworkStatus } from '../../src/bridge/network.ts'

const quiet = { level: 'silent', trace() {}, debug() {}, info() {}, warn() {}, error() {} }
const log = { ...quiet, child: () => log }

const begin = (tellOwner: (problem: string) => Promise<void> = async () => undefined) => {
  const told: string[] = []
  const ends: End[] = []
  const watch = makeWatch({
    networks: new Map(),
    log,
    tellOwner: problem => {
      told.push(problem)
      return tellOwner(problem)
    },
  })
  watch.onEnd(end => ends.push(end))
  const say = async (status: NetworkStatus): Promise<void> => {
    watch.look('whatsapp', status)
    await sleep(5)
  }
  return { told, ends, say }
}

const unlinked = { state: 'logged_out', problem: 'Unlinked', needs: 'person' } as const

test('an end while it runs is told to the owner first, and only once', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { told, ends, say } = begin(() => promise)
  await say({ state: 'connected' })
  await say(unlinked)
  await say(unlinked)
  assert.deepEqual([told, ends], [['Unlinked'], []])
  resolve()
  await sleep(5)
  assert.deepEqual(ends, [{ problem: 'Unlinked', needs: 'person' }])
})

test('an end that was there at the start is on the screen, and not told again at every start', async () => {
  const { told, ends, say } = begin()
  await say(unlinked)
  assert.deepEqual([told, ends.length], [[], 1])
})

test('an owner who cannot be told does not keep it from ending', async () => {
  const { ends, say } = begin(() => Promise.reject(new Error('disk full')))
  await say({ state: 'connecting' })
  await say(unlinked)
  assert.equal(ends.length, 1)
})

test('what only a new process can heal is no news for the owner', async () => {
  const { told, ends, say } = begin()
  await say({ state: 'connected' })
  await say({ state: 'stopped', problem: 'Stuck', needs: 'restart' })
  assert.deepEqual([told, ends], [[], [{ problem: 'Stuck', needs: 'restart' }]])
})
