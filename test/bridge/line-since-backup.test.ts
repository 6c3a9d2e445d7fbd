import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { BridgeEvent } from '../../src/bridge/event.ts'
import { openStore, restoreBackup, type Store, storePath, writeBackup } from '../../src/store/index.ts'
import { makeClock } from '../../src/support/clock.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { waitUntil } from './bridge.ts'
import { bob, changesTo, chat, eve, says } from './conversation.ts'
import { openMiddle } from './middle.ts'

/** A group with a message to which Bob has reacted, and what a backup of that makes of it. */
const open = async () => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const group = tg.addSupergroup({ title: 'Family', botRights: {} })
  const store = opened.use(tempStore())
  store.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  store.chats.learn({ chat, kind: 'group', name: 'Family' })
  const carry = async (of: Store, ...events: BridgeEvent[]): Promise<number> => {
    await using middle = openMiddle(of, tg)
    await middle.start()
    for (const event of events) middle.inbox.receive([{ event }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
    return middle.outbox.counts().failed
  }
  assert.equal(await carry(store, says('a', 'one'), reacts('👍', bob)), 0)
  const file = join(store.dir, 'backup')
  const rest = opened.move()
  return {
    tg,
    store,
    carry,
    back: () => writeBackup(store.database.path, file, { force: false }),
    async restore(): Promise<Store> {
      const path = storePath(join(store.dir, 'restored'))
      await restoreBackup(file, path, { passphrase: () => assert.fail('it is plain'), force: false })
      return rest.use(openStore(path))
    },
    shown: () => group.transcript().map(({ text }) => text),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

const reacts = (emoji: string, from: typeof bob | typeof eve): BridgeEvent =>
  changesTo('a', { kind: 'reaction', emoji }, { from })

test('a line that was in doubt in a backup, and goes in the same words, is found when its answer is lost', async () => {
  await using scene = await open()
  const { tg, store, carry, shown } = scene
  {
    // Time does not leap: it is not tried again before the backup is made.
    await using middle = openMiddle(store, tg, { clock: makeClock() })
    await middle.start()
    const fails = { error: 500, description: 'Internal Server Error' }
    tg.faults.next('sendMessage', fails)
    tg.faults.next('editMessageReplyMarkup', fails, { times: 99 })
    middle.inbox.receive([{ event: reacts('😂', eve) }])
    await waitUntil(() => tg.faults.waiting < 100)
  }
  tg.faults.clear()
  await scene.back()
  const restored = await scene.restore()
  tg.faults.next('sendMessage', 'reply-lost')
  assert.equal(await carry(restored), 0)
  assert.equal(await carry(restored, reacts('🔥', eve)), 0)
  assert.deepEqual(shown(), ['Bob\none', '👍 Bob · 🔥 Eve'])
})

test('a line that waited in a backup and has gone since stays, and the next one stands beside it', async () => {
  await using scene = await open()
  const { tg, store, carry, shown } = scene
  {
    await using idle = openMiddle(store, tg)
    idle.inbox.receive([{ event: reacts('😂', eve) }])
    await scene.back()
  }
  assert.equal(await carry(store), 0)
  const restored = await scene.restore()
  assert.equal(await carry(restored), 1)
  assert.deepEqual(shown(), ['Bob\none', '👍 Bob · 😂 Eve'])
  assert.equal(await carry(restored, reacts('🔥', eve)), 1)
  assert.deepEqual(shown(), ['Bob\none', '👍 Bob · 😂 Eve', '👍 Bob · 🔥 Eve'])
})
