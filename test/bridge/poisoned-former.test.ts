import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { waitUntil } from './bridge.ts'
import { chat } from './conversation.ts'
import { openMiddle } from './middle.ts'

test('what cannot be stored of a group that became a supergroup keeps nothing from coming that has its id there', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const friend = tg.addUser({ id: 7002, first_name: 'Zoe' })
  const group = tg.addGroup({ title: 'Family', members: [owner, friend], botRights: {} })
  using store = tempStore()
  store.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  store.chats.learn({ chat, kind: 'group', name: 'Family' })
  store.database.run(
    `CREATE TRIGGER refused BEFORE INSERT ON jobs WHEN new.event LIKE '%zebra%'
     BEGIN SELECT RAISE(ABORT, 'refused'); END`,
  )
  await using middle = openMiddle(store, tg)
  await middle.start()
  const shown = () => middle.whatsapp.shown.map(({ text }) => text)
  owner.sends(group, 'first')
  await waitUntil(() => shown().length === 1)
  let refused = 0
  const moved = tg.migrate(group, made => {
    owner.sends(made, 'in between')
    refused = owner.sends(group, 'zebra').message_id
  })
  await waitUntil(() => shown().length === 2)
  for (let last = 0; last < refused - 1; ) last = friend.sends(moved, 'another').message_id
  assert.equal(owner.sends(moved, 'under the same id').message_id, refused)
  owner.sends(moved, 'last')
  await waitUntil(() => shown().includes('last'))
  assert.deepEqual(shown(), ['first', 'in between', 'under the same id', 'last'])
})
