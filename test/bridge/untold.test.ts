import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reject } from '../../src/bridge/verdict.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const family = 'whatsapp:3@g.us'

test('an owner who presses Start late is told then of what failed before, of each chat once', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const home = tg.addPrivateChat(owner, { started: false })
  const group = tg.addSupergroup({ title: 'Family', members: [owner] })
  using store = tempStore()
  let now = Date.now()
  store.mappings.add({ whatsapp: family, telegram: `telegram:${group.id}` })
  await using middle = openMiddle(store, tg, { now: () => now, ownerChat: () => `telegram:${owner.id}` })
  await middle.start()
  tg.faults.next(
    'sendMessage',
    { error: 403, description: 'Forbidden: bot was kicked from the supergroup chat' },
    { times: 2, when: ({ chat_id: chat }) => chat === group.id },
  )
  middle.inbox.receive([{ event: event(family, 'nobody sees it') }])
  await tg.until('both to fail', () => middle.outbox.counts().failed === 2)
  // Nobody has read that: an hour later it is told again, and fails again.
  now += 3_600_000
  middle.inbox.receive([{ event: event(family, 'nor that') }])
  await tg.until('all to fail', () => middle.outbox.counts().failed === 4)
  assert.deepEqual(home.transcript(), [])
  home.state.started = true
  owner.sends(home, '/start')
  const told = () =>
    home.transcript().filter(({ text }) => /^A message from .* could not be shown/.test(text))
  await tg.until('what failed to be told', () => told().length === 1)
  owner.sends(home, '/id')
  await tg.until('the answer', () => home.transcript().some(({ text }) => text.startsWith('This is')))
  await tg.until('nothing to wait', () => middle.outbox.counts().pending === 0)
  assert.equal(told().length, 1)
  assert.deepEqual(middle.outbox.counts(), { pending: 0, failed: 2 })
  tg.assertNoSurprises()
})

test('an owner who presses Start late is told then of each message of theirs that did not go', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const home = tg.addPrivateChat(owner, { started: false })
  const group = tg.addSupergroup({ title: 'Family', members: [owner] })
  using store = tempStore()
  store.mappings.add({ whatsapp: family, telegram: `telegram:${group.id}` })
  await using middle = openMiddle(store, tg, { ownerChat: () => `telegram:${owner.id}` })
  for (const why of ['it is too long', 'nobody takes that']) {
    middle.whatsapp.scripts.push(async () => {
      throw reject(why)
    })
  }
  group.state.forbidden.add('messages')
  owner.sends(group, 'a novel')
  owner.sends(group, 'a song')
  await middle.start()
  // Each, the word about it in the group, and that in the chat with the bot.
  await tg.until('all to fail', () => middle.outbox.counts().failed === 6)
  home.state.started = true
  owner.sends(home, '/start')
  await tg.until('both to be told', () =>
    ['it is too long', 'nobody takes that'].every(why =>
      home.transcript().some(({ text }) => text.includes(why)),
    ),
  )
  await tg.until('nothing to wait', () => middle.outbox.counts().pending === 0)
  tg.assertNoSurprises()
})
