import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reject } from '../../src/bridge/verdict.ts'
import {
  type SimTopic,
  startTelegramSimulator,
  type TelegramSimulator,
} from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { openMiddle } from './middle.ts'

const [mum, news] = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const

/** What becomes of the place in which the owner has written. */
const mutes: Record<string, (tg: TelegramSimulator, topic: SimTopic) => void> = {
  'its topic is closed': (tg, topic) => tg.closeTopic(topic),
  'its topic was deleted': (tg, topic) => tg.deleteTopic(topic),
  'it may not write in the group': (_, { chat }) => void chat.state.forbidden.add('messages'),
  'it was thrown out of the group': (tg, { chat }) => tg.kick(chat),
}

for (const [why, mute] of Object.entries(mutes)) {
  test(`what the bot cannot say under a message, since ${why}, it says in the owner's chat`, async () => {
    await using tg = await startTelegramSimulator()
    const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
    const home = tg.addPrivateChat(owner)
    const group = tg.addSupergroup({ title: 'WhatsApp', forum: true, members: [owner] })
    const topics = ['Mum', 'News'].map(name => group.addTopic({ name }))
    using store = tempStore()
    for (const [index, whatsapp] of [mum, news].entries())
      store.mappings.add({
        whatsapp,
        telegram: `telegram:${group.id}/${topics[index]?.message_thread_id ?? 0}`,
        toTelegramOnly: whatsapp === news,
      })
    for (const [chat, name] of [
      [mum, 'Mum'],
      [news, 'News'],
    ] as const)
      store.chats.learn({ chat, name })
    await using middle = openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}` })
    middle.whatsapp.scripts.push(async () => {
      throw reject('this contact takes no messages')
    })
    for (const topic of topics) owner.sends(topic, 'hello')
    for (const topic of topics) mute(tg, topic)
    await middle.start()
    const said = () =>
      home.transcript().flatMap(({ text }) => (text.startsWith('I could not say') ? [text] : []))
    await tg.until('both to be said', () => said().length === 2)
    await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
    assert.deepEqual(said().toSorted(), [
      'I could not say this in the Telegram chat "WhatsApp", where you wrote: Not delivered to Mum: this contact takes no messages',
      'I could not say this in the Telegram chat "WhatsApp", where you wrote: Not sent: messages from News are only shown here. To answer from here, remove the mapping and add it again without --to-telegram-only',
    ])
    tg.assertNoSurprises()
  })
}

test("what answers such a word goes to nobody else, where the owner's chat is mapped, too", async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const group = tg.addSupergroup({ title: 'WhatsApp', members: [owner] })
  using store = tempStore()
  store.chats.learn({ chat: mum, name: 'Mum' })
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
  store.mappings.add({ whatsapp: news, telegram: `telegram:${home.id}` })
  await using middle = openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}` })
  middle.whatsapp.scripts.push(async () => {
    throw reject('this contact takes no messages')
  })
  group.state.forbidden.add('messages')
  owner.sends(group, 'hello')
  await middle.start()
  const told = await tg.until('it to be said', () => home.transcript()[0])
  await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  const answer = owner.sends(home, { text: 'for Mum alone', reply_to: told.id })
  const refusal = await tg.until('the refusal', () =>
    home.transcript().find(({ replyTo }) => replyTo === answer.message_id),
  )
  assert.equal(refusal.text, 'Not sent: that message belongs to Mum, and that chat is not mapped to this one')
  assert.deepEqual(middle.whatsapp.shown, [])
})
