import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { plainText } from '../../src/bridge/rich-text.ts'
import { openStore, restoreBackup, type Store, storePath, writeBackup } from '../../src/store/index.ts'
import { makeClock } from '../../src/support/clock.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event, waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

const mum = 'whatsapp:1@lid'

test('what was changed since a backup says so also where the run ends as that is written down', async () => {
  await using tg = await startTelegramSimulator()
  using store = tempStore()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const group = tg.addSupergroup({ title: 'Mum', botRights: {}, members: [owner] })
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
  const waiting = event(mum, 'waiting')
  const { version, chat, sender, sentAt, id } = waiting
  const words = { kind: 'text', body: plainText('in other words') } as const
  const edit = {
    version,
    kind: 'edit',
    chat,
    sender,
    sentAt,
    id: 'edit',
    target: { id },
    content: words,
  } as const
  const carry = async (of: Store, ...events: readonly (typeof waiting | typeof edit)[]): Promise<void> => {
    await using middle = openMiddle(of, tg)
    await middle.start()
    for (const each of events) middle.inbox.receive([{ event: each }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
  }
  await carry(store, event(mum, 'hello'))
  const file = join(store.dir, 'backup')
  {
    await using idle = openMiddle(store, tg)
    idle.inbox.receive([{ event: waiting }])
    await writeBackup(store.database.path, file, { force: false })
  }
  await carry(store, edit)
  const path = storePath(join(store.dir, 'restored'))
  await restoreBackup(file, path, { passphrase: () => assert.fail('it is plain'), force: false })
  using restored = openStore(path)
  const { database } = restored
  database.run(
    "CREATE TRIGGER refused BEFORE UPDATE OF event ON jobs BEGIN SELECT RAISE(ABORT, 'refused'); END",
  )
  {
    // Time does not leap: it is not tried again before the end.
    await using middle = openMiddle(restored, tg, { clock: makeClock() })
    // What is written there during the look is known behind it.
    tg.faults.next('editMessageReplyMarkup', { lateMs: 500 })
    await middle.start()
    await waitUntil(() => tg.faults.waiting === 0)
    owner.sends(group, 'gossip')
    await waitUntil(() => database.get('SELECT 1 FROM jobs WHERE problem IS NOT NULL') !== undefined)
  }
  database.run('DROP TRIGGER refused')
  await carry(restored)
  assert.deepEqual(
    group.transcript().flatMap(({ from, text }) => (from.isBot ? [text] : [])),
    ['hello', 'in other words', '🗄 From a backup; it may have been changed or deleted since\nwaiting'],
  )
})
