import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore, restoreBackup, type Store, storePath, writeBackup } from '../../src/store/index.ts'
import { makeClock } from '../../src/support/clock.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event, waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

const mum = 'whatsapp:1@lid'

test('what was refused for a while before a backup was made is looked for from there, and not from before that', async () => {
  await using tg = await startTelegramSimulator()
  using store = tempStore()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const zoe = tg.addUser({ id: 901, first_name: 'Zoe' })
  const elsewhere = tg.addGroup({ title: 'Class', members: [owner, zoe] })
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${home.id}` })
  const carry = async (of: Store, ...words: readonly string[]): Promise<void> => {
    await using middle = openMiddle(of, tg)
    await middle.start()
    for (const each of words) middle.inbox.receive([{ event: event(mum, each) }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
  }
  await carry(store, 'hello')
  {
    // Time does not leap: it is not tried again before the backup is made.
    await using middle = openMiddle(store, tg, { clock: makeClock() })
    await middle.start()
    tg.faults.next('sendMessage', {
      error: 429,
      description: 'Too Many Requests: retry after 3600',
      retryAfter: 3600,
    })
    middle.inbox.receive([{ event: event(mum, 'waiting') }])
    await waitUntil(() => tg.faults.waiting === 0)
    for (let number = 0; number < 340; number += 1) zoe.sends(elsewhere, `gossip ${number}`)
    await waitUntil(() => tg.pendingUpdates === 0)
  }
  const file = join(store.dir, 'backup')
  await writeBackup(store.database.path, file, { force: false })
  await carry(store)
  const path = storePath(join(store.dir, 'restored'))
  await restoreBackup(file, path, { passphrase: () => assert.fail('it is plain'), force: false })
  using restored = openStore(path)
  await carry(restored)
  assert.deepEqual(
    home.transcript().map(({ text }) => text),
    ['hello', 'waiting'],
  )
})
