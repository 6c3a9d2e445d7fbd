import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeInbox } from '../../src/bridge/receive.ts'
import { openBridge, owner, quiet, waitUntil } from './bridge.ts'

type Open = Awaited<ReturnType<typeof openBridge>>

/** As each run of the bridge has it. */
const inboxOf = ({ store, outbox, telegram, worker }: Open, ownerChat: () => typeof owner | undefined) =>
  makeInbox({
    store,
    outbox,
    newMessageId: () => telegram.newMessageId(),
    network: 'whatsapp',
    ownerChat,
    wake: () => worker.wake(),
    changed: () => undefined,
    log: quiet,
  })

test('trouble with the account is said to the owner once, over restarts too, and again when it is another or was over', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const tell = (about: string, id?: string) =>
    inboxOf(bridge, () => owner).standing({ about, ...(id && { trouble: { id, text: `${about}: ${id}` } }) })
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
  inboxOf(bridge, () => undefined).standing(standing)
  await waitUntil(bridge.isDone)
  assert.deepEqual(bridge.telegram.shown, [])
  inboxOf(bridge, () => owner).standing(standing)
  await waitUntil(bridge.isDone)
  assert.equal(bridge.telegram.shown.length, 1)
})
