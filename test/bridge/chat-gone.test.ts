import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { type SimChat, startTelegramSimulator, type TelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [alice, family] = ['whatsapp:1@lid', 'whatsapp:3@g.us'] as const
const question = 'editMessageReplyMarkup'

const said = (place: Pick<SimChat, 'transcript'>): (string | undefined)[] =>
  place.transcript().map(({ text }) => text?.split('\n').at(-1))

/** Two WhatsApp chats; the answer to the first message of one is lost, and by then its Telegram chat is no more what it was. */
const open = async (tg: TelegramSimulator, place: ChatRef) => {
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const home = tg.addPrivateChat(owner)
  const other = tg.addSupergroup({ title: 'Other', members: [owner] })
  const store = tempStore()
  store.mappings.add({ whatsapp: family, telegram: place })
  store.mappings.add({ whatsapp: alice, telegram: `telegram:${other.id}` })
  const middle = openMiddle(store, tg, { ownerChat: () => `telegram:${owner.id}` })
  return {
    home,
    other,
    middle,
    store,
    /** `change` happens when the first question is asked, before it is answered. */
    async play(change: () => void) {
      tg.faults.next('sendMessage', 'reply-lost')
      tg.faults.next(question, 'hang', {
        when: () => {
          change()
          change = () => undefined
          return false
        },
      })
      await middle.start()
      middle.inbox.receive([{ event: event(family, 'in doubt') }])
      await tg.until('the first try', () => tg.callsOf('sendMessage').length === 1)
      middle.inbox.receive([{ event: event(family, 'behind it') }, { event: event(alice, 'elsewhere') }])
      await tg.until('the outbox to be done', () => middle.outbox.counts().pending === 0)
    },
    async [Symbol.asyncDispose]() {
      await middle[Symbol.asyncDispose]()
      store[Symbol.dispose]()
    },
  }
}

test('what nobody can say has arrived is not sent again: the owner is told, and its chat goes on', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'Family' })
  await using scene = await open(tg, `telegram:${group.id}`)
  tg.faults.next(
    question,
    { error: 400, description: 'Bad Request: NEW_WORDS' },
    { times: 10_000, when: ({ chat_id: chat }) => chat === group.id },
  )
  await scene.play(() => undefined)
  assert.deepEqual(said(group), ['in doubt', 'behind it'])
  assert.deepEqual(said(scene.other), ['elsewhere'])
  const [told, ...more] = said(scene.home)
  assert.match(told ?? '', /It may have arrived or not\. .*NEW_WORDS/)
  assert.deepEqual(more, [])
  assert.equal(scene.middle.outbox.counts().failed, 1)
  tg.assertNoSurprises()
})

test('where it can never be known whether it has arrived, the owner is told at once, and its chat goes on', async () => {
  await using tg = await startTelegramSimulator()
  const channel = tg.addChannel({ title: 'News' })
  await using scene = await open(tg, `telegram:${channel.id}`)
  await scene.play(() => undefined)
  assert.deepEqual(said(channel), ['in doubt', 'behind it'])
  assert.deepEqual(said(scene.other), ['elsewhere'])
  const [told, ...more] = said(scene.home)
  assert.match(told ?? '', /It may have arrived or not\. Nobody knows who posted what is there/)
  assert.deepEqual(more, [])
  const [{ id } = { id: 0 }] = channel.transcript()
  // A button is put under it and taken away: once to see where the ids stand, once to read it.
  const questions = tg.callsOf(question).filter(({ params }) => params['message_id'] === id)
  assert.ok(questions.length <= 4, `${questions.length} questions`)
  assert.equal(scene.middle.outbox.counts().failed, 1)
  tg.assertNoSurprises()
})

test('a bot that is removed while a message is in doubt says so, and other chats go on', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'Family' })
  await using scene = await open(tg, `telegram:${group.id}`)
  await scene.play(() => tg.kick(group))
  assert.deepEqual(said(group), ['in doubt'])
  assert.deepEqual(said(scene.other), ['elsewhere'])
  assert.match(said(scene.home).join('\n'), /The bot was removed from the Telegram chat: add it again/)
  assert.equal(scene.middle.outbox.counts().failed, 2)

  // Mapped anew, the chat goes on in the other group.
  const next = tg.addSupergroup({ title: 'Family again' })
  scene.store.mappings.remove(family)
  scene.store.mappings.add({ whatsapp: family, telegram: `telegram:${next.id}` })
  scene.middle.inbox.receive([{ event: event(family, 'here now') }])
  await tg.until('the message there', () => said(next).length === 1)
  assert.deepEqual(said(next), ['here now'])
  tg.assertNoSurprises()
})

test('a group that is deleted while a message is in doubt is told of, and other chats go on', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addGroup({ title: 'Family' })
  await using scene = await open(tg, `telegram:${group.id}`)
  await scene.play(() => {
    group.state.deletedGroup = true
  })
  assert.deepEqual(said(group), ['in doubt'])
  assert.deepEqual(said(scene.other), ['elsewhere'])
  assert.match(said(scene.home).join('\n'), /The Telegram group was deleted: map the chat to another one/)
  tg.assertNoSurprises()
})

test('a topic that is deleted while a message in it is in doubt is told of, and other topics go on', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'WhatsApp', forum: true, botRights: {} })
  const topic = group.addTopic({ name: 'Family' })
  await using scene = await open(tg, `telegram:${group.id}/${topic.message_thread_id}`)
  await scene.play(() => tg.deleteTopic(topic))
  assert.deepEqual(said(group), [])
  assert.deepEqual(said(scene.other), ['elsewhere'])
  assert.match(
    said(scene.home).join('\n'),
    /The Telegram topic is gone, or too old for bots: map the chat to another one/,
  )
  assert.equal(scene.middle.outbox.counts().failed, 2)
  tg.assertNoSurprises()
})

test('a group that becomes a supergroup while a message is in doubt shows it once, and what follows in the new one', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addGroup({ title: 'Family' })
  await using scene = await open(tg, `telegram:${group.id}`)
  let moved: SimChat | undefined
  await scene.play(() => {
    moved = tg.migrate(group)
  })
  assert.ok(moved)
  assert.deepEqual(said(group), ['in doubt'])
  assert.deepEqual(said(moved), ['behind it'])
  assert.deepEqual(said(scene.other), ['elsewhere'])
  assert.deepEqual(scene.middle.outbox.counts(), { pending: 0, failed: 0 })
  assert.equal(scene.store.mappings.forSource(family)[0]?.telegram, `telegram:${moved.id}`)
  tg.assertNoSurprises()
})
