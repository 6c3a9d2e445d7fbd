import { findChat } from '../access.ts'
import type { ChatState, Topic } from '../chats.ts'
import { badRequest } from '../errors.ts'
import { addService } from '../messages.ts'
import type { Query } from '../query.ts'
import { openTopic, removeTopic } from '../topics.ts'
import type { World } from '../world.ts'

function findForum(world: World, query: Query): ChatState {
  const chat = findChat(world, query.text('chat_id'), 'write')
  if (!world.isForum(chat)) throw badRequest('the chat is not a forum')
  return chat
}

function findTopic(chat: ChatState, query: Query): Topic {
  const topic = chat.topics.get(query.integer('message_thread_id'))
  if (topic === undefined) throw badRequest('TOPIC_ID_INVALID')
  if (topic.deleted) throw badRequest('TOPIC_DELETED')
  return topic
}

const mayManage = (chat: ChatState): boolean =>
  chat.type === 'private' || (chat.isAdmin && chat.botRights.can_manage_topics === true)

export function createForumTopic(world: World, query: Query): unknown {
  const chat = findForum(world, query)
  if (!mayManage(chat)) throw badRequest('not enough rights to create a topic')
  if (query.text('name').trim() === '') throw badRequest('Name must be non-empty')
  if (chat.type === 'private' && chat.blocked) throw badRequest('BOT_FORUM_CREATE_FORBIDDEN')
  world.rates.take(chat)
  const emoji = query.text('icon_custom_emoji_id')
  const color = query.integer('icon_color')
  const topic = openTopic(world, chat, {
    name: query.text('name').trim(),
    author: world.bot,
    color,
    ...(emoji !== '' && { emoji }),
  })
  return {
    message_thread_id: topic.id,
    name: topic.name,
    icon_color: topic.iconColor,
    ...(emoji !== '' && { icon_custom_emoji_id: emoji }),
  }
}

/** With nothing to change it is done; the same name again is refused. */
export function editForumTopic(world: World, query: Query): true {
  const chat = findForum(world, query)
  if (!mayManage(chat)) throw badRequest('not enough rights to edit the topic')
  const topic = findTopic(chat, query)
  const name = [...query.text('name').trim()].slice(0, 128).join('')
  const emoji = query.args.get('icon_custom_emoji_id')
  if (name === '' && emoji === undefined) return true
  const renamed = name !== '' && name !== topic.name
  const changedIcon = emoji !== undefined && emoji !== (topic.iconEmoji ?? '')
  if (!renamed && !changedIcon) throw badRequest('TOPIC_NOT_MODIFIED')
  world.rates.take(chat)
  if (renamed) topic.name = name
  if (emoji !== undefined) topic.iconEmoji = emoji
  const forum_topic_edited = {
    ...(renamed && { name }),
    ...(changedIcon && { icon_custom_emoji_id: emoji }),
  }
  addService(world, chat, { thread: topic.id, fields: { forum_topic_edited } })
  return true
}

const setClosed =
  (closed: boolean) =>
  (world: World, query: Query): true => {
    const chat = findChat(world, query.text('chat_id'), 'write')
    if (chat.type !== 'supergroup' || !chat.forum) throw badRequest('the chat is not a supergroup forum')
    if (!mayManage(chat)) throw badRequest('not enough rights to close or open the topic')
    const topic = findTopic(chat, query)
    if (topic.closed === closed) throw badRequest('TOPIC_NOT_MODIFIED')
    world.rates.take(chat)
    topic.closed = closed
    const fields = closed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} }
    addService(world, chat, { thread: topic.id, fields })
    return true
  }

export const closeForumTopic = setClosed(true)
export const reopenForumTopic = setClosed(false)

export function deleteForumTopic(world: World, query: Query): true {
  const chat = findForum(world, query)
  if (chat.type !== 'private' && !(chat.isAdmin && chat.botRights.can_delete_messages))
    throw badRequest('not enough rights to delete the topic')
  removeTopic(chat, findTopic(chat, query))
  return true
}

export function unpinAllForumTopicMessages(world: World, query: Query): true {
  const chat = findForum(world, query)
  const topic = findTopic(chat, query)
  chat.pinned = chat.pinned.filter(id => chat.entries.get(id)?.message.message_thread_id !== topic.id)
  return true
}
