import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type SimChat,
  type SimTopic,
  startTelegramSimulator,
  type TelegramSimulator,
} from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

interface Place {
  readonly tg: TelegramSimulator
  readonly group: SimChat
  readonly topic: SimTopic
}

/** What the bridge cannot mend without a word of the owner, and what the owner is told. */
const losses: readonly [string, (place: Place) => void, RegExp][] = [
  [
    'its topic was deleted',
    ({ tg, topic }) => tg.deleteTopic(topic),
    /The Telegram topic is gone: map the chat/,
  ],
  [
    'its topic was closed',
    ({ tg, topic }) => tg.closeTopic(topic),
    /The Telegram topic is closed: reopen it/,
  ],
  ['the bot was thrown out', ({ tg, group }) => tg.kick(group), /bot/],
]

for (const [name, lose, said] of losses) {
  test(`Where ${name}, the owner is told what did not come and what to do, and no message goes elsewhere`, async () => {
    await using tg = await startTelegramSimulator()
    const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
    const home = tg.addPrivateChat(owner)
    const group = tg.addSupergroup({ title: 'WhatsApp', forum: true, botRights: {}, members: [owner] })
    const topic = group.addTopic({ name: 'Alice' })
    using store = tempStore()
    store.mappings.add({
      whatsapp: 'whatsapp:1@lid',
      telegram: `telegram:${group.id}/${topic.message_thread_id}`,
    })
    await using middle = openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}` })
    await middle.start()
    middle.inbox.receive([{ event: event('whatsapp:1@lid', 'before') }])
    await tg.until('the first message', () => topic.transcript().length === 1)
    lose({ tg, group, topic })
    middle.inbox.receive([{ event: event('whatsapp:1@lid', 'hello') }])
    await tg.until('the word to the owner', () => home.transcript().length > 0)
    await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
    const texts = home.transcript().map(({ text }) => text ?? '')
    assert.equal(texts.length, 1)
    assert.match(texts[0] ?? '', said)
    assert.deepEqual(
      group.transcript().filter(({ text }) => text?.includes('hello')),
      [],
    )
    tg.assertNoSurprises()
  })
}
