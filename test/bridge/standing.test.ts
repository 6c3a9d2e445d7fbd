import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBridge, owner, waitUntil } from './bridge.ts'

test('trouble with the account is said to the owner once, over restarts too, and again when it is another or was over', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const tell = (about: string, id?: string) =>
    bridge
      .inboxOf('whatsapp', () => owner)
      .standing({ about, ...(id && { trouble: { id, text: `${about}: ${id}` } }) })
  tell('new chats')
  tell('new chats', 'until noon')
  tell('new chats', 'until noon')
  tell('limit', 'near')
  tell('new chats', 'until night')
  tell('new chats', 'until night')
  tell('new chats')
  tell('new chats', 'until night')
  tell('limit', 'near')
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.shown.map(({ chat, text }) => [chat, text]),
    [
      [owner, 'new chats: until noon'],
      [owner, 'limit: near'],
      [owner, 'new chats: until night'],
      [owner, 'new chats: until night'],
    ],
  )
})

test('trouble that nobody was there to be told of is said when somebody is', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const standing = { about: 'new chats', trouble: { id: '1', text: 'restricted' } }
  bridge.inboxOf('whatsapp').standing(standing)
  await waitUntil(bridge.isDone)
  assert.deepEqual(bridge.telegram.shown, [])
  bridge.inboxOf('whatsapp', () => owner).standing(standing)
  await waitUntil(bridge.isDone)
  assert.equal(bridge.telegram.shown.length, 1)
})
