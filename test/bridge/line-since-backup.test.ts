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

test('a line that was in doubt in a backup, and goes in the same words, is found when its answer is lost', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'Family', botRights: {} })
  using store = tempStore()
  store.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  store.chats.learn({ chat, kind: 'group', name: 'Family' })
  const reacts = (emoji: string, from: typeof bob | typeof eve): BridgeEvent =>
    changesTo('a', { kind: 'reaction', emoji }, { from })
  const carry = async (of: Store, ...events: BridgeEvent[]): Promise<void> => {
    await using middle = openMiddle(of, tg)
    await middle.start()
    for (const event of events) middle.inbox.receive([{ event }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
    assert.equal(middle.outbox.counts().failed, 0)
  }
  await carry(store, says('a', 'one'), reacts('👍', bob))
  const file = join(store.dir, 'backup')
  {
    // Time does not leap: it is not tried again before the backup is made.
    await using middle = openMiddle(store, tg, { clock: makeClock() })
    await middle.start()
    tg.faults.next('sendMessage', { error: 500, description: 'Internal Server Error' })
    tg.faults.next(
      'editMessageReplyMarkup',
      { error: 500, description: 'Internal Server Error' },
      { times: 99 },
    )
    middle.inbox.receive([{ event: reacts('😂', eve) }])
    await waitUntil(() => tg.faults.waiting < 100)
  }
  tg.faults.clear()
  await writeBackup(store.database.path, file, { force: false })
  const path = storePath(join(store.dir, 'restored'))
  await restoreBackup(file, path, { passphrase: () => assert.fail('it is plain'), force: false })
  using restored = openStore(path)
  tg.faults.next('sendMessage', 'reply-lost')
  await carry(restored)
  await carry(restored, reacts('🔥', eve))
  assert.deepEqual(
    group.transcript().map(({ text }) => text),
    ['Bob\none', '👍 Bob · 🔥 Eve'],
  )
})
