import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBench, refused } from './helpers.ts'

const rights = { can_manage_topics: true, can_delete_messages: true }

test('a forum has topics with service messages, and an implicit reply in each', async () => {
  await using bench = await openBench()
  const { api, owner, tg } = bench
  const group = tg.addSupergroup({ title: 'Forum', forum: true, members: [owner], botRights: rights })
  const made = await api.createForumTopic(group.id, 'Family')
  const message_thread_id = made.message_thread_id
  const sent = await api.sendMessage(group.id, 'hi', { message_thread_id })
  assert.equal(sent.is_topic_message, true)
  assert.equal(sent.message_thread_id, message_thread_id)
  owner.sends(group.topic(message_thread_id), 'hello')
  const updates = await api.getUpdates()
  assert.equal(updates[0]?.message?.forum_topic_created?.name, 'Family')
  assert.equal(updates[0]?.message?.from?.id, tg.bot.id)
  assert.equal(updates[1]?.message?.reply_to_message?.message_id, message_thread_id)
  assert.ok(updates[1]?.message?.reply_to_message?.forum_topic_created)
  const seen = group.topic(message_thread_id).transcript()
  assert.deepEqual(
    seen.map(({ text, replyTo }) => [text, replyTo]),
    [
      ['hi', undefined],
      ['hello', undefined],
    ],
  )
  const general = await api.sendMessage(group.id, 'general')
  assert.equal(general.message_thread_id, undefined)
  const cannot = 'Bad Request: message thread not found'
  await refused(api.sendMessage(group.id, 'x', { message_thread_id: 1 }), 400, cannot)
  await refused(api.sendMessage(group.id, 'x', { message_thread_id: 999 }), 400, cannot)
})

test('topics are renamed, closed and deleted, each once', async () => {
  await using bench = await openBench()
  const { api, owner, tg } = bench
  const group = tg.addSupergroup({ title: 'Forum', forum: true, members: [owner], botRights: rights })
  const { message_thread_id: id } = await api.createForumTopic(group.id, 'x'.repeat(200))
  assert.equal(group.topic(id).name.length, 128)
  assert.equal(await api.editForumTopic(group.id, id, { name: 'Work' }), true)
  assert.equal(await api.editForumTopic(group.id, id), true)
  await refused(api.editForumTopic(group.id, id, { name: 'Work' }), 400, 'Bad Request: TOPIC_NOT_MODIFIED')
  await api.closeForumTopic(group.id, id)
  await api.sendMessage(group.id, 'still', { message_thread_id: id })
  await api.reopenForumTopic(group.id, id)
  await refused(api.deleteMessage(group.id, id), 400, "Bad Request: message can't be deleted")
  await api.deleteForumTopic(group.id, id)
  await refused(
    api.sendMessage(group.id, 'x', { message_thread_id: id }),
    400,
    'Bad Request: message thread not found',
  )
  await refused(api.editForumTopic(group.id, id, { name: 'n' }), 400, 'Bad Request: TOPIC_DELETED')
  assert.equal(await api.sendChatAction(group.id, 'typing', { message_thread_id: id }), true)
})

test('without the right a bot can neither create a topic nor write in a closed one', async () => {
  await using bench = await openBench()
  const { api, owner, tg } = bench
  const group = tg.addSupergroup({ title: 'Forum', forum: true, members: [owner] })
  await refused(api.createForumTopic(group.id, 'x'), 400, 'Bad Request: not enough rights to create a topic')
  const topic = group.addTopic({ name: 'Open' })
  tg.closeTopic(topic)
  await refused(
    api.sendMessage(group.id, 'x', { message_thread_id: topic.message_thread_id }),
    400,
    'Bad Request: TOPIC_CLOSED',
  )
})

test('a supergroup without topics ignores the thread', async () => {
  await using bench = await openBench()
  const { api, owner, tg } = bench
  const group = tg.addSupergroup({ title: 'Plain', members: [owner], botRights: rights })
  const sent = await api.sendMessage(group.id, 'x', { message_thread_id: 77 })
  assert.equal(sent.message_thread_id, undefined)
  await refused(api.createForumTopic(group.id, 'x'), 400, 'Bad Request: the chat is not a forum')
})

test('the private chat has topics when Threaded Mode is on', async () => {
  await using bench = await openBench()
  const { api, chat, tg, owner } = bench
  await refused(api.createForumTopic(chat.id, 'x'), 400, 'Bad Request: the chat is not a forum')
  tg.topicsInPrivate = true
  assert.equal((await api.getMe()).has_topics_enabled, true)
  const { message_thread_id } = await api.createForumTopic(chat.id, 'Family')
  await api.sendMessage(chat.id, 'hi', { message_thread_id })
  const theirs = owner.sends(chat.topic(message_thread_id), 'hello')
  assert.equal(theirs.message_thread_id, message_thread_id)
  assert.equal(theirs.is_topic_message, true)
  assert.equal(theirs.reply_to_message, undefined)
  await refused(
    api.closeForumTopic(chat.id, message_thread_id),
    400,
    'Bad Request: the chat is not a supergroup forum',
  )
  tg.deleteTopic(chat.topic(message_thread_id))
  await refused(
    api.sendMessage(chat.id, 'x', { message_thread_id }),
    400,
    'Bad Request: message thread not found',
  )
})

test('a bad chat hides a bad thread, and a bad thread hides a bad reply', async () => {
  await using bench = await openBench()
  const { api, owner, tg } = bench
  const group = tg.addSupergroup({ title: 'Forum', forum: true, members: [owner], botRights: rights })
  const other = { message_thread_id: 55, reply_parameters: { message_id: 66 } }
  await refused(api.sendMessage(-1, 'x', other), 400, 'Bad Request: chat not found')
  await refused(api.sendMessage(group.id, 'x', other), 400, 'Bad Request: message thread not found')
  await refused(
    api.sendMessage(group.id, 'x', {
      reply_parameters: { message_id: 66 },
      entities: [{ type: 'bold', offset: 5, length: 1 }],
    }),
    400,
    'Bad Request: message to be replied not found',
  )
})

test('an answer without a thread goes into the topic of what it answers', async () => {
  await using bench = await openBench()
  const { api, owner, tg } = bench
  const group = tg.addSupergroup({ title: 'Forum', forum: true, members: [owner], botRights: rights })
  const topic = group.addTopic({ name: 'T' })
  const other = group.addTopic({ name: 'U' })
  const asked = owner.sends(topic, 'question')
  const reply_parameters = { message_id: asked.message_id }
  const answer = await api.sendMessage(group.id, 'answer', { reply_parameters })
  assert.equal(answer.message_thread_id, topic.message_thread_id)
  const elsewhere = await api.sendMessage(group.id, 'there', {
    reply_parameters,
    message_thread_id: other.message_thread_id,
  })
  assert.equal(elsewhere.external_reply?.message_id, asked.message_id)
})
