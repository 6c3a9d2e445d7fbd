import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content } from '../../src/bridge/event.ts'
import { encodeVote } from '../../src/telegram/vote-button.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [mum, boss] = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const

/**
 * A group with a topic for Mum, in which stand a message of hers and one of the owner's. `isOff`: it has no topics any more; ids go
 * on, but what is said now stands in none.
 */
const openGroup = async ({ isOff = false, isGeneralMapped = false } = {}) => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const group = tg.addSupergroup({ title: 'WhatsApp', forum: true, botRights: {}, members: [owner] })
  const topic = group.addTopic({ name: 'Mum' })
  const store = opened.use(tempStore())
  store.chats.learn({ chat: mum, name: 'Mum' })
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}/${topic.message_thread_id}` })
  if (isGeneralMapped) store.mappings.add({ whatsapp: boss, telegram: `telegram:${group.id}` })
  const middle = opened.use(openMiddle(store, tg))
  await middle.start()
  middle.inbox.receive([{ event: event(mum, 'Lunch?', { id: 'M1' }) }])
  await tg.until('her message', () => topic.transcript().length === 1)
  const hers = topic.transcript()[0]?.id ?? 0
  const own = owner.sends(topic, 'at one')
  await tg.until('the own message', () => middle.whatsapp.shown.length === 1)
  group.state.forum = !isOff
  const rest = opened.move()
  return {
    ...{ tg, owner, group, store, place: isOff ? group : topic, middle, hers, own: own.message_id },
    isDone: () => tg.until('all to be done', () => middle.outbox.counts().pending === 0),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

test('where topics were switched off, what answers a message that came into one goes to nobody else', async () => {
  await using it = await openGroup({ isOff: true, isGeneralMapped: true })
  const { tg, owner, group, middle } = it
  const answer = owner.sends(group, { text: 'for Mum alone', reply_to: it.hers })
  owner.sends(group, 'for the boss')
  await tg.until('the last message', () => middle.whatsapp.shown.some(({ chat }) => chat === boss))
  await tg.until('the word about the answer', () =>
    group.transcript().some(({ replyTo }) => replyTo === answer.message_id),
  )
  await it.isDone()
  assert.deepEqual(
    middle.whatsapp.shown.filter(({ chat }) => chat === boss).map(({ text }) => text),
    ['for the boss'],
  )
  assert.deepEqual(
    group.transcript().flatMap(({ text, replyTo }) => (replyTo === answer.message_id ? [text] : [])),
    ['Not sent: that message belongs to Mum, and that chat is not mapped to this one'],
  )
  tg.assertNoSurprises()
})

test('where topics were switched off, and they alone were mapped, each answer to what came into one has a word under it', async () => {
  await using it = await openGroup({ isOff: true })
  const { tg, owner, group, middle } = it
  owner.sends(group, 'hello?')
  const answers = ['yes', 'no'].map(text => owner.sends(group, { text, reply_to: it.hers }).message_id)
  await tg.until('a word under each', () =>
    answers.every(id =>
      group.transcript().some(({ text, replyTo }) => replyTo === id && text.startsWith('Not sent')),
    ),
  )
  await it.isDone()
  assert.deepEqual(
    middle.whatsapp.shown.map(({ text }) => text),
    ['at one'],
  )
  tg.assertNoSurprises()
})

test('where topics were switched off, what answers a message of which nothing is known any more goes to nobody', async () => {
  await using it = await openGroup({ isOff: true, isGeneralMapped: true })
  const { tg, owner, group, middle, store } = it
  store.links.forget({ before: Date.now() + 86_400_000, after: 0, limit: 100 })
  const answer = owner.sends(group, { text: 'for Mum alone', reply_to: it.hers })
  owner.sends(group, 'for the boss')
  await tg.until('the last message', () => middle.whatsapp.shown.some(({ text }) => text === 'for the boss'))
  await it.isDone()
  assert.ok(middle.whatsapp.shown.every(({ text }) => text !== 'for Mum alone'))
  const words = group.transcript().filter(({ replyTo }) => replyTo === answer.message_id)
  assert.match(words[0]?.text ?? '', /^Not sent: several WhatsApp chats come here/)
})

test('where topics were switched off, what answers an own message of which nothing is known any more goes to nobody', async () => {
  await using it = await openGroup({ isOff: true, isGeneralMapped: true })
  const { tg, owner, group, middle, store } = it
  await it.isDone()
  store.links.forget({ before: Date.now() + 86_400_000, after: 0, limit: 100 })
  const answer = owner.sends(group, { text: 'or at two', reply_to: it.own })
  owner.sends(group, 'for the boss')
  await tg.until('the last message', () => middle.whatsapp.shown.some(({ text }) => text === 'for the boss'))
  await it.isDone()
  assert.ok(middle.whatsapp.shown.every(({ text }) => text !== 'or at two'))
  const words = group.transcript().filter(({ replyTo }) => replyTo === answer.message_id)
  assert.match(words[0]?.text ?? '', /^Not sent: several WhatsApp chats come here/)
})

test('where topics were switched off, what answers a word said in one that is mapped nowhere goes to nobody', async () => {
  await using it = await openGroup({ isGeneralMapped: true })
  const { tg, owner, group, middle, store } = it
  owner.sends(group.addTopic({ name: 'Other' }), 'hello?')
  const told = await tg.until('the word about it', () =>
    group.transcript().find(({ text }) => text.startsWith('Not sent: this topic is mapped to no')),
  )
  await it.isDone()
  store.mappings.remove(mum)
  group.state.forum = false
  const answer = owner.sends(group, { text: 'I see', reply_to: told.id })
  owner.sends(group, 'for the boss')
  await tg.until('the last message', () => middle.whatsapp.shown.some(({ text }) => text === 'for the boss'))
  await it.isDone()
  assert.ok(middle.whatsapp.shown.every(({ text }) => text !== 'I see'))
  assert.ok(group.transcript().some(({ replyTo }) => replyTo === answer.message_id))
})

for (const [where, options] of Object.entries({
  'in a topic': {},
  'in a topic of a group that is mapped too': { isGeneralMapped: true },
  'where topics were switched off': { isOff: true },
  'where topics were switched off, and the group is mapped too': { isOff: true, isGeneralMapped: true },
})) {
  test(`what is done with messages ${where} reaches them`, async () => {
    await using it = await openGroup(options)
    const { tg, owner, group, place, middle } = it
    owner.edits(place, it.own, 'at two')
    owner.reacts(place, it.hers, '👍')
    owner.pins(place, it.hers)
    owner.sends(place, { text: '/delete', reply_to: it.own })
    await tg.until('the deletion', () =>
      middle.whatsapp.changes.some(({ event: { kind } }) => kind === 'deletion'),
    )
    await it.isDone()
    assert.deepEqual(
      middle.whatsapp.changes.map(({ chat, event: { kind, target } }) => [chat, kind, Number(target.id)]),
      [
        [mum, 'edit', it.own],
        [mum, 'reaction', it.hers],
        [mum, 'pin', it.hers],
        [mum, 'deletion', it.own],
      ],
    )
    assert.deepEqual(
      group.transcript().filter(({ text }) => text.startsWith('Not ')),
      [],
    )
    tg.assertNoSurprises()
  })
}

test('a vote under a message that Telegram shows to no bot any more reaches it in its topic', async () => {
  await using it = await openGroup({ isGeneralMapped: true })
  const { tg, owner, place, middle } = it
  const poll: Content = { kind: 'poll', question: 'Lunch?', options: ['yes', 'no'], choices: 1 }
  middle.inbox.receive([{ event: event(mum, poll, { id: 'M2' }) }])
  const shown = await tg.until('the poll', () => place.transcript().find(({ text }) => text.startsWith('📊')))
  await it.isDone()
  owner.calls(place, shown.id, encodeVote(1), { isShown: false })
  await tg.until('the vote', () => middle.whatsapp.changes.length > 0)
  assert.deepEqual(
    middle.whatsapp.changes.map(({ chat, event: { kind, target } }) => [chat, kind, Number(target.id)]),
    [[mum, 'vote', shown.id]],
  )
  tg.assertNoSurprises()
})
