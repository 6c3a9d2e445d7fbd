import { badRequest } from '../errors.ts'
import type { Query } from '../query.ts'
import type { World } from '../world.ts'

export const getMe = (world: World): unknown => ({
  ...world.bot,
  can_join_groups: true,
  can_read_all_group_messages: !world.privacy,
  supports_inline_queries: false,
  can_connect_to_business: false,
  has_main_web_app: false,
  has_topics_enabled: world.topicsInPrivate,
  allows_users_to_create_topics: false,
})

export function deleteWebhook(world: World, query: Query): true {
  world.updates.webhookUrl = ''
  if (query.flag('drop_pending_updates')) world.updates.drop()
  return true
}

export function setWebhook(world: World, query: Query): true {
  world.updates.webhookUrl = query.text('url')
  if (world.updates.webhookUrl !== '') world.updates.terminate('terminated by setWebhook request')
  return true
}

export const getWebhookInfo = (world: World): unknown => ({
  url: world.updates.webhookUrl,
  has_custom_certificate: false,
  pending_update_count: world.updates.pending,
})

export function answerCallbackQuery(world: World, query: Query): true {
  const asked = world.callbackQueries.get(query.text('callback_query_id'))
  if (asked === undefined || asked.answered || asked.until <= world.clock.now())
    throw badRequest('query is too old and response timeout expired or query ID is invalid')
  asked.answered = true
  asked.text = query.text('text')
  return true
}

/** Ids that nobody knows are left out. */
export function getCustomEmojiStickers(world: World, query: Query): unknown {
  const ids = query.json('custom_emoji_ids', 'custom emoji identifiers JSON object')
  if (!Array.isArray(ids)) throw badRequest('expected an Array of custom emoji identifiers')
  if (ids.length > 200) throw badRequest('too many custom emoji identifiers specified')
  return ids.flatMap(id => {
    const emoji = world.customEmoji.get(String(id))
    const sticker = { file_id: `E${id}`, file_unique_id: `U${id}`, width: 100, height: 100 }
    const kind = { type: 'custom_emoji', is_animated: false, is_video: false }
    return emoji === undefined ? [] : [{ ...sticker, ...kind, emoji, custom_emoji_id: String(id) }]
  })
}

export function setMyCommands(_world: World, query: Query): true {
  const commands = query.json('commands', 'commands JSON object')
  if (!Array.isArray(commands)) throw badRequest('expected an Array of BotCommand')
  for (const { command, description } of commands as Record<string, string>[]) {
    if (!/^[a-z0-9_]{1,32}$/.test(command ?? '')) throw badRequest('BOT_COMMAND_INVALID')
    if (description === undefined || description.length < 1 || description.length > 256)
      throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID')
  }
  return true
}

export const accept = (): true => true
