import { checkDelivery, findChat, findMessage, lookUp } from '../access.ts'
import type { ChatState } from '../chats.ts'
import { badRequest } from '../errors.ts'
import { addService } from '../messages.ts'
import type { Query } from '../query.ts'
import { botReactions } from '../reactions.ts'
import type { Entry } from '../types.ts'
import type { World } from '../world.ts'

export function deleteMessage(world: World, query: Query): true {
  if (query.text('chat_id') === '') throw badRequest('Chat identifier is not specified')
  const id = query.integer('message_id')
  if (id === 0) throw badRequest('Message identifier is not specified')
  const chat = findChat(world, query.text('chat_id'), 'write')
  const entry = findMessage(world, chat, id, 'message to delete')
  checkDeletable(world, chat, entry)
  chat.entries.delete(id)
  return true
}

/** Up to 100 at once; missing ones are skipped. */
export function deleteMessages(world: World, query: Query): true {
  const given = query.json('message_ids', 'message_ids JSON object')
  if (given === undefined) throw badRequest('Message identifiers are not specified')
  if (!Array.isArray(given)) throw badRequest('Expected an Array of message identifiers')
  if (given.length > 100) throw badRequest('Too many message identifiers specified')
  const chat = findChat(world, query.text('chat_id'), 'write')
  const entries = given.map(Number).flatMap(id => lookUp(world, chat, id) ?? [])
  for (const entry of entries) checkDeletable(world, chat, entry)
  for (const entry of entries) chat.entries.delete(entry.message.message_id)
  return true
}

/** 48 hours in every kind of chat; others' messages in private chats, or with the right; never what opened a topic. */
function checkDeletable(world: World, chat: ChatState, { author, message }: Entry): void {
  const fresh = world.clock.seconds() - message.date < 48 * 3600
  const own = author === world.bot.id
  const may = own || chat.type === 'private' || (chat.isAdmin && chat.botRights.can_delete_messages === true)
  if (fresh && may && !('forum_topic_created' in message)) return
  throw badRequest(chat.hasOwnCounter ? "message can't be deleted" : "message can't be deleted for everyone")
}

export function setMessageReaction(world: World, query: Query): true {
  const given = query.json('reaction', 'reaction types JSON object') ?? []
  if (!Array.isArray(given)) throw badRequest('Expected an Array of ReactionType')
  const emojis = given.map((reaction: Record<string, unknown> | null) => {
    if (reaction?.['type'] === 'emoji' && typeof reaction['emoji'] === 'string') return reaction['emoji']
    if (reaction?.['type'] === 'custom_emoji' || reaction?.['type'] === 'paid') return ''
    throw badRequest("Can't parse ReactionType: invalid reaction type specified")
  })
  const chat = findChat(world, query.text('chat_id'), 'read')
  const entry = placeOfReactions(
    chat,
    findMessage(world, chat, query.integer('message_id'), 'message to react'),
  )
  if (emojis.length > 1) throw badRequest('REACTIONS_TOO_MANY')
  const may = (emoji: string): boolean =>
    botReactions.has(emoji) && (chat.allowedReactions?.has(emoji) ?? true)
  if (!emojis.every(may) || (entry.service && emojis.length > 0)) throw badRequest('REACTION_INVALID')
  world.rates.take(chat)
  if (emojis.length === 0) entry.reactions.delete(world.bot.id)
  else entry.reactions.set(world.bot.id, emojis)
  return true
}

/**
 * Bot API, `setMessageReaction`: "If the message belongs to a media group, the reaction is set to the first non-deleted
 * message in the group instead."
 */
function placeOfReactions(chat: ChatState, entry: Entry): Entry {
  const { media_group_id: group } = entry.message
  if (group === undefined) return entry
  return [...chat.entries.values()].find(({ message }) => message.media_group_id === group) ?? entry
}

const actions =
  'typing upload_photo record_video upload_video record_voice upload_voice record_audio upload_audio upload_document choose_sticker find_location record_video_note upload_video_note'.split(
    ' ',
  )

/** True even for a topic that is gone: no way to find out whether it lives. */
export function sendChatAction(world: World, query: Query): true {
  if (!actions.includes(query.text('action'))) throw badRequest('Wrong parameter action in request')
  const chat = findChat(world, query.text('chat_id'), 'write')
  checkDelivery(chat, '')
  world.rates.act(chat)
  return true
}

export function pinChatMessage(world: World, query: Query): true {
  const chat = findChat(world, query.text('chat_id'), 'write')
  const entry = findMessage(world, chat, query.integer('message_id'), 'message to pin')
  checkPin(chat)
  const id = entry.message.message_id
  if (chat.pinned.includes(id)) throw badRequest('CHAT_NOT_MODIFIED')
  world.rates.take(chat)
  chat.pinned.push(id)
  addService(world, chat, {
    thread: entry.message.is_topic_message ? entry.message.message_thread_id : undefined,
    fields: { pinned_message: entry.message },
  })
  return true
}

export function unpinChatMessage(world: World, query: Query): true {
  const chat = findChat(world, query.text('chat_id'), 'write')
  const id = query.integer('message_id') || (chat.pinned.at(-1) ?? 0)
  if (query.integer('message_id') !== 0) findMessage(world, chat, id, 'message to unpin')
  checkPin(chat)
  chat.pinned = chat.pinned.filter(pinned => pinned !== id)
  return true
}

function checkPin(chat: ChatState): void {
  if (
    chat.type === 'private' ||
    (chat.isAdmin && (chat.botRights.can_pin_messages || chat.type === 'channel'))
  )
    return
  throw badRequest('not enough rights to manage pinned messages in the chat')
}
