import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { openMiddle } from './middle.ts'

const mum = 'whatsapp:1@lid'

const open = async ({ toTelegramOnly = false } = {}) => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const other = tg.addUser({ id: 7002, first_name: 'Otto' })
  const group = tg.addSupergroup({ title: 'WhatsApp', forum: true, botRights: {}, members: [owner, other] })
  const [holidays, notes] = ['Holidays', 'Notes'].map(name => group.addTopic({ name }))
  assert.ok(holidays && notes)
  const store = opened.use(tempStore())
  store.chats.learn({ chat: mum, name: 'Mum' })
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}`, toTelegramOnly })
  const middle = opened.use(openMiddle(store, tg))
  await middle.start()
  const rest = opened.move()
  return {
    ...{ tg, owner, other, group, holidays, notes, store, middle },
    said: () => group.transcript().filter(({ text }) => text.startsWith('Not sent: this topic')),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

test('what is written in a topic of a group that is mapped stays there, and an answer says so once for each topic', async () => {
  await using it = await open()
  const { tg, owner, group, holidays, notes, middle } = it
  const first = owner.sends(holidays, 'in the topic')
  owner.sends(holidays, 'more of that')
  const other = owner.sends(notes, 'milk')
  owner.sends(group, 'in General')
  await tg.until('the message in General', () => middle.whatsapp.shown.length > 0)
  await tg.until('the answers', () => it.said().length > 1)
  await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  assert.deepEqual(
    middle.whatsapp.shown.map(({ chat, text }) => [chat, text]),
    [[mum, 'in General']],
  )
  assert.deepEqual(
    it.said().map(({ replyTo }) => replyTo),
    [first.message_id, other.message_id],
  )
  // Everybody in the group reads it.
  for (const { text } of it.said()) assert.doesNotMatch(text, /Mum/)
  tg.assertNoSurprises()
})

test('what others write in a topic that is not mapped gets no answer, in the name of the group neither', async () => {
  await using it = await open()
  const { tg, owner, other, holidays, middle } = it
  other.sends(holidays, { text: 'from an administrator', nameless: true })
  other.sends(holidays, 'from a member')
  const own = owner.sends(holidays, 'from the owner')
  await tg.until('the answer', () => it.said().length > 0)
  await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  assert.deepEqual(
    it.said().map(({ replyTo }) => replyTo),
    [own.message_id],
  )
})

test('a topic that is mapped by itself goes where it is mapped to, whatever its group is', async () => {
  await using it = await open()
  const { tg, owner, group, holidays, store, middle } = it
  const school = 'whatsapp:2@lid'
  store.mappings.add({ whatsapp: school, telegram: `telegram:${group.id}/${holidays.message_thread_id}` })
  owner.sends(holidays, 'for school')
  await tg.until('the message', () => middle.whatsapp.shown.length > 0)
  assert.deepEqual(
    middle.whatsapp.shown.map(({ chat, text }) => [chat, text]),
    [[school, 'for school']],
  )
  assert.deepEqual(it.said(), [])
})

test('what is written in a group of which topics alone are mapped, as when they were switched off, gets a word, once', async () => {
  await using it = await open()
  const { tg, owner, other, group, holidays, store, middle } = it
  const said = () => group.transcript().filter(({ from }) => from.isBot)
  store.mappings.remove(mum)
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}/${holidays.message_thread_id}` })
  other.sends(group, 'from a member')
  const first = owner.sends(group, 'as if there were no topics')
  owner.sends(group, 'more of that')
  owner.sends(holidays, 'in the topic')
  await tg.until('the message in the topic', () => middle.whatsapp.shown.length > 0)
  await tg.until('the answer', () => said().length > 0)
  await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  assert.deepEqual(
    middle.whatsapp.shown.map(({ text }) => text),
    ['in the topic'],
  )
  assert.deepEqual(
    said().map(({ replyTo }) => replyTo),
    [first.message_id],
  )
  // Everybody in the group reads it.
  assert.match(said()[0]?.text ?? '', /^Not sent: only topics of this chat/)
  assert.doesNotMatch(said()[0]?.text ?? '', /Mum/)
})

test('where nothing goes back from the group, or it is mapped nowhere, nothing is said in its topics', async () => {
  await using it = await open({ toTelegramOnly: true })
  const { tg, owner, group, holidays, store, middle } = it
  owner.sends(holidays, 'among ourselves')
  const refused = owner.sends(group, 'in General')
  await tg.until('the answer in General', () =>
    group.transcript().some(({ replyTo }) => replyTo === refused.message_id),
  )
  store.mappings.remove(mum)
  owner.sends(holidays, 'now as before')
  owner.sends(group, '/id')
  await tg.until('the id', () => group.transcript().some(({ text }) => text.startsWith('This is')))
  await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  assert.deepEqual(it.said(), [])
  assert.deepEqual(middle.whatsapp.shown, [])
})

test('where a mapping was removed before it was known that its group is a supergroup, what is written there gets a word', async () => {
  await using it = await open()
  const { tg, owner, store, middle } = it
  const group = tg.addGroup({ title: 'Mum', members: [owner] })
  // As `map remove` leaves it.
  store.session('told').set([{ type: 'removed', id: `telegram:${group.id}`, value: '1' }])
  const supergroup = tg.migrate(group)
  const own = owner.sends(supergroup, 'for Mum')
  await tg.until('the word about it', () =>
    supergroup.transcript().some(({ replyTo }) => replyTo === own.message_id),
  )
  await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  assert.deepEqual(middle.whatsapp.shown, [])
  tg.assertNoSurprises()
})
