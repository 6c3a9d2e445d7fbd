import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reject } from '../../src/bridge/verdict.ts'
import { event, openBridge, waitUntil } from './bridge.ts'

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
