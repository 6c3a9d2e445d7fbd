import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InputFile, InputMediaBuilder } from 'grammy'
import { openBench, png, refused } from './helpers.ts'

test('a bot that was thrown out, stopped or moved is told so', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  const group = tg.addSupergroup({ title: 'G', members: [owner] })
  tg.kick(group)
  await refused(api.sendMessage(group.id, 'x'), 403, 'Forbidden: bot was kicked from the supergroup chat')
  tg.block(owner)
  await refused(api.sendMessage(chat.id, 'x'), 403, 'Forbidden: bot was blocked by the user')
  const basic = tg.addGroup({ title: 'B', members: [owner] })
  const moved = tg.migrate(basic)
  const error = await refused(
    api.sendMessage(basic.id, 'x'),
    400,
    'Bad Request: group chat was upgraded to a supergroup chat',
  )
  assert.equal(error.parameters.migrate_to_chat_id, moved.id)
  await api.sendMessage(moved.id, 'x')
  const stranger = tg.addPrivateChat(tg.addUser({ id: 5, first_name: 'S' }), { started: false })
  await refused(
    api.sendMessage(stranger.id, 'x'),
    403,
    "Forbidden: bot can't initiate conversation with a user",
  )
  const updates = await api.getUpdates()
  assert.deepEqual(
    updates.map(({ my_chat_member: change, message }) =>
      change === undefined ? Object.keys(message ?? {}).at(-1) : change.new_chat_member.status,
    ),
    ['kicked', 'kicked', 'migrate_to_chat_id', 'migrate_from_chat_id'],
  )
})

test('the bot can ask what it is in a chat', async () => {
  await using bench = await openBench()
  const { api, owner, tg } = bench
  const group = tg.addSupergroup({
    title: 'G',
    forum: true,
    members: [owner],
    botRights: { can_manage_topics: true },
  })
  const info = await api.getChat(group.id)
  assert.deepEqual([info.type, info.title, info.is_forum], ['supergroup', 'G', true])
  const me = await api.getChatMember(group.id, tg.bot.id)
  assert.ok(me.status === 'administrator' && me.can_manage_topics && !me.can_delete_messages)
  assert.equal((await api.getChatMember(group.id, owner.id)).status, 'creator')
  assert.equal(await api.getChatMemberCount(group.id), 2)
  assert.equal((await api.getChatAdministrators(group.id)).length, 2)
})

test('deleting ends after 48 hours and at the messages of others', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  const group = tg.addSupergroup({ title: 'G', members: [owner] })
  const theirs = owner.sends(group, 'a')
  await refused(api.deleteMessage(group.id, theirs.message_id), 400, "Bad Request: message can't be deleted")
  tg.readmit(group, { can_delete_messages: true })
  assert.equal(await api.deleteMessages(group.id, [theirs.message_id, 998, 999]), true)
  assert.deepEqual(group.transcript(), [])
  await refused(
    api.deleteMessage(group.id, theirs.message_id),
    400,
    'Bad Request: message to delete not found',
  )
  const own = await api.sendMessage(chat.id, 'old')
  tg.advanceClock(48 * 3600 * 1000)
  await refused(
    api.deleteMessage(chat.id, own.message_id),
    400,
    "Bad Request: message can't be deleted for everyone",
  )
})

test('a bot sets one reaction of the 73 and hears those of people only as an admin who asked', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  const theirs = owner.sends(chat, 'a')
  const react = (...emojis: string[]): Promise<unknown> =>
    api.setMessageReaction(
      chat.id,
      theirs.message_id,
      emojis.map(emoji => ({ type: 'emoji', emoji }) as never),
    )
  await react('❤')
  assert.deepEqual(chat.transcript()[0]?.reactions, [{ userId: tg.bot.id, emoji: '❤' }])
  await refused(react('❤️'), 400, 'Bad Request: REACTION_INVALID')
  await refused(react('🫠'), 400, 'Bad Request: REACTION_INVALID')
  await refused(react('👍', '👎'), 400, 'Bad Request: REACTIONS_TOO_MANY')
  await react()
  assert.deepEqual(chat.transcript()[0]?.reactions, [])
  const group = tg.addSupergroup({ title: 'G', members: [owner], botRights: {} })
  const sent = await api.sendMessage(group.id, 'b')
  owner.reacts(group, sent.message_id, '🔥')
  const [first] = await api.getUpdates({ allowed_updates: ['message', 'message_reaction'] })
  assert.equal(first?.message?.text, 'a', 'reactions are opt-in')
  owner.reacts(chat, theirs.message_id, '👍')
  owner.reacts(group, sent.message_id, [])
  const [next, ...rest] = await api.getUpdates({ offset: (first?.update_id ?? 0) + 1 })
  assert.deepEqual(next?.message_reaction?.old_reaction, [{ type: 'emoji', emoji: '🔥' }])
  assert.deepEqual(rest, [], 'none from the private chat')
})

test('too many messages are answered with the time to wait', async () => {
  const now = Date.now()
  await using bench = await openBench({ rates: true, now: () => now })
  const { api, chat, owner, tg } = bench
  for (const text of ['a', 'b', 'c']) await api.sendMessage(chat.id, text)
  const error = await refused(api.sendMessage(chat.id, 'd'), 429, 'Too Many Requests: retry after 3')
  assert.equal(error.parameters.retry_after, 3)
  tg.advanceClock(3000)
  await api.sendMessage(chat.id, 'd')
  const group = tg.addSupergroup({ title: 'G', members: [owner] })
  for (let sent = 0; sent < 20; sent += 1) {
    await api.sendMessage(group.id, String(sent))
    tg.advanceClock(1000)
  }
  await refused(api.sendMessage(group.id, 'x'), 429, 'Too Many Requests: retry after 40')
  const url = `${tg.apiRoot}/bot${tg.token}/sendMessage?chat_id=${group.id}&text=x`
  const answer = await fetch(url)
  assert.equal(answer.status, 429)
  assert.equal(answer.headers.get('retry-after'), '40')
})

test('places, contacts and polls cross whole', async () => {
  await using bench = await openBench()
  const { api, chat, tg } = bench
  const live = await api.sendLocation(chat.id, 1, 2, { live_period: 900 })
  await api.editMessageLiveLocation(chat.id, live.message_id, 3, 4)
  await api.stopMessageLiveLocation(chat.id, live.message_id)
  await refused(
    api.editMessageLiveLocation(chat.id, live.message_id, 3, 4),
    400,
    "Bad Request: message can't be edited",
  )
  await api.sendVenue(chat.id, 1, 2, 'Cafe', 'Street 1')
  await api.sendContact(chat.id, '+15550100', 'Ann', { vcard: 'BEGIN:VCARD' })
  const { message_id } = await api.sendPoll(chat.id, 'Where?', [{ text: 'Here' }, { text: 'There' }])
  assert.equal((await api.stopPoll(chat.id, message_id)).is_closed, true)
  await api.copyMessage(chat.id, chat.id, live.message_id)
  assert.deepEqual(
    chat.transcript().map(({ kind }) => kind),
    ['location', 'venue', 'contact', 'poll', 'location'],
  )
  assert.deepEqual(chat.transcript()[0]?.location, { latitude: 3, longitude: 4 })
  tg.assertNoSurprises()
})

test('every item of an album and every edit counts', async () => {
  const now = Date.now()
  await using bench = await openBench({ rates: true, now: () => now })
  const { api, chat, tg } = bench
  const photo = () => InputMediaBuilder.photo(new InputFile(png(10, 10)))
  const [first] = await api.sendMediaGroup(chat.id, [photo(), photo(), photo()])
  assert.ok(first)
  await refused(
    api.editMessageCaption(chat.id, first.message_id, { caption: 'x' }),
    429,
    'Too Many Requests: retry after 3',
  )
  assert.equal(chat.transcript()[0]?.text, '')
  tg.rates = false
  await api.editMessageCaption(chat.id, first.message_id, { caption: 'x' })
})

test('in privacy mode a plain member gets only what is meant for it', async () => {
  await using bench = await openBench({ privacy: true })
  const { api, owner, tg } = bench
  const group = tg.addSupergroup({ title: 'G', members: [owner] })
  const own = await api.sendMessage(group.id, 'mine')
  owner.sends(group, 'chatter')
  owner.sends(group, '/help')
  owner.sends(group, { text: 'answer', reply_to: own.message_id })
  assert.deepEqual(
    (await api.getUpdates()).map(({ message }) => message?.text),
    ['/help', 'answer'],
  )
  assert.equal((await api.getMe()).can_read_all_group_messages, false)
})
