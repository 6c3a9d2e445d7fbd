import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runUntilStopped } from '../../src/cli/stop-signals.ts'

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))

test('work that ends by itself gives its exit code, and signals are ours no more', async () => {
  const before = process.listenerCount('SIGTERM')
  assert.equal(await runUntilStopped(async () => 2), 2)
  await assert.rejects(
    runUntilStopped(() => Promise.reject(new Error('Oops'))),
    /Oops/,
  )
  assert.equal(process.listenerCount('SIGTERM'), before)
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`the first ${signal} lets the work finish`, async () => {
    const outcome = runUntilStopped(async stop => {
      await aborted(stop)
      return 0
    })
    process.emit(signal)
    assert.equal(await outcome, 0)
  })
}

test('the second signal waits for nobody', async () => {
  const outcome = runUntilStopped(() => new Promise(() => undefined))
  process.emit('SIGINT')
  process.emit('SIGTERM')
  assert.equal(await outcome, 1)
})
