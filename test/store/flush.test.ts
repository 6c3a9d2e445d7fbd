import assert from 'node:assert/strict'
import { test } from 'node:test'
import { event, mum, openBridge, waitUntil } from '../bridge/bridge.ts'
import { watchDisk } from '../support/disk/watch-disk.ts'
import { tempStore } from './temp-store.ts'

/** Counts how often a file is flushed from here on. */
const countFlushes = (): Disposable & { flushes: number } => {
  const watch = watchDisk(({ kind, path }) => {
    if (kind === 'sync' && path.endsWith('-wal')) counter.flushes += 1
    return undefined
  })
  const counter = { flushes: 0, [Symbol.dispose]: () => watch[Symbol.dispose]() }
  return counter
}

// Elsewhere SQLite cannot be watched without a compiler.
if (process.platform === 'linux') {
  test('a commit without a flush costs none, and the next one is flushed again, also after a failure', () => {
    using store = tempStore()
    const write = (id: string, flush: boolean) =>
      store.session('x').set([{ type: 't', id, value: 'v' }], { flush })
    write('before', true)
    using counter = countFlushes()
    write('a', false)
    assert.equal(counter.flushes, 0)
    assert.throws(() => store.transaction(() => assert.fail(), { flush: false }))
    write('b', true)
    assert.equal(counter.flushes, 1)
    store.transaction(() => write('c', false))
    assert.equal(counter.flushes, 2)
    assert.equal([...store.session('x').list('t')].length, 4)
  })

  test('a message that comes alone costs three flushes: it is taken in, claimed, and linked', async () => {
    await using bridge = openBridge()
    bridge.worker.start()
    bridge.receive(event(mum, 'first'))
    await waitUntil(bridge.isDone)
    using counter = countFlushes()
    bridge.receive(event(mum, 'alone'))
    await waitUntil(bridge.isDone)
    assert.equal(bridge.telegram.shown.length, 2)
    assert.equal(counter.flushes, 3)
  })
}
