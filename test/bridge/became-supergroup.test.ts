import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { reject } from '../../src/bridge/verdict.ts'
import { openStore, restoreBackup, type Store, storePath, writeBackup } from '../../src/store/index.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event, openBridge, waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

const alice = 'whatsapp:5@lid'
const [group, supergroup] = ['telegram:-5', 'telegram:-1009'] as const
const sender = { person: 'telegram:11', me: true } as const

/** A group in which the owner has written before it becomes a supergroup, where others have the ids of those messages. */
const openMoved = (...typed: readonly ReturnType<typeof event>[]) => {
  const bridge = openBridge()
  bridge.store.mappings.add({ whatsapp: alice, telegram: group })
  bridge.receive(...typed)
  bridge.store.chats.learn({ chat: supergroup, aliases: [group] })
  bridge.receive(...typed.map(({ id }) => event(supergroup, 'another', { id, sender })))
  return bridge
}

test('what was typed before a group became a supergroup and fails after that marks no other message', async () => {
  await using bridge = openMoved(event(group, 'typed', { sender }))
  bridge.whatsapp.scripts.push(async () => {
    throw reject('not a member of the group')
  })
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  const [told] = bridge.telegram.shown
  assert.match(told?.text ?? '', /^Not delivered to .*: not a member of the group$/)
  assert.deepEqual([told?.chat, told?.replyTo], [supergroup, undefined])
  assert.deepEqual(
    bridge.telegram.changes.flatMap(({ changed }) => changed.parts),
    [],
  )
})

test('an answer that was typed before a group became a supergroup quotes what it answers, and no other message', async () => {
  const first = event(group, 'first', { sender })
  await using bridge = openMoved(first, event(group, 'second', { sender, replyTo: { id: first.id } }))
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  const { shown } = bridge.whatsapp
  assert.deepEqual(
    shown.map(({ text }) => text),
    ['first', 'second', 'another', 'another'],
  )
  assert.equal(shown[1]?.replyTo, shown[0]?.id)
})

test('what was in doubt when a group became a supergroup is found where others have its id in that, too', async () => {
  await using tg = await startTelegramSimulator()
  using store = tempStore()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const before = tg.addGroup({ title: 'Alice', members: [owner] })
  store.mappings.add({ whatsapp: alice, telegram: `telegram:${before.id}` })
  {
    await using middle = openMiddle(store, tg)
    await middle.start()
    middle.inbox.receive([{ event: event(alice, 'hello') }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
    tg.faults.next('sendMessage', 'silent')
    middle.inbox.receive([{ event: event(alice, 'in doubt') }])
    await waitUntil(() => before.transcript().length === 2)
  }
  const lost = before.transcript()[1]?.id ?? 0
  const now = tg.migrate(before)
  {
    await using middle = openMiddle(store, tg)
    for (let id = 0; id < lost; id = owner.sends(now, 'gossip').message_id);
    await middle.telegram.start()
    await waitUntil(() => tg.pendingUpdates === 0)
  }
  await using middle = openMiddle(store, tg)
  await middle.start()
  await waitUntil(() => middle.outbox.counts().pending === 0)
  const shown = [...before.transcript(), ...now.transcript()].filter(({ from }) => from.isBot)
  assert.deepEqual(
    shown.map(({ text }) => text),
    ['hello', 'in doubt'],
  )
})

test('what waited in a backup is found in the supergroup that its group became since, among much else', async () => {
  await using tg = await startTelegramSimulator()
  using store = tempStore()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const before = tg.addGroup({ title: 'Alice', members: [owner] })
  store.mappings.add({ whatsapp: alice, telegram: `telegram:${before.id}` })
  const carry = async (of: Store, ...words: readonly string[]): Promise<void> => {
    await using middle = openMiddle(of, tg)
    await middle.start()
    for (const each of words) middle.inbox.receive([{ event: event(alice, each) }])
    await waitUntil(() => middle.outbox.counts().pending === 0 && tg.pendingUpdates === 0)
  }
  await carry(store, 'hello')
  const file = join(store.dir, 'backup')
  {
    await using idle = openMiddle(store, tg)
    idle.inbox.receive([{ event: event(alice, 'waiting') }])
    await writeBackup(store.database.path, file, { force: false })
  }
  const now = tg.migrate(before)
  const gossip = (): void => {
    for (let number = 0; number < 60; number += 1) owner.sends(now, `gossip ${number}`)
  }
  {
    await using middle = openMiddle(store, tg)
    gossip()
    await middle.telegram.start()
    await waitUntil(() => tg.pendingUpdates === 0)
  }
  await carry(store, 'since')
  gossip()
  await carry(store)
  const path = storePath(join(store.dir, 'restored'))
  await restoreBackup(file, path, { passphrase: () => assert.fail('it is plain'), force: false })
  using restored = openStore(path)
  tg.faults.next('getChatMemberCount', { error: 500, description: 'Internal Server Error' })
  await carry(restored)
  assert.equal(tg.faults.waiting, 0)
  const shown = [...before.transcript(), ...now.transcript()].filter(({ from }) => from.isBot)
  assert.deepEqual(
    shown.map(({ text }) => text),
    ['hello', 'waiting', 'since'],
  )
})
