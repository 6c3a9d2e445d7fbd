import type { BotStatus, ChatState } from './chats.ts'
import type { World } from './world.ts'

/** Changes what the bot is in a chat, and tells it by `my_chat_member`. */
export function tellMembership(world: World, chat: ChatState, status: BotStatus): void {
  const before = chatMember(world, chat)
  chat.botStatus = status
  const by = [...chat.members.values()][0] ?? world.bot
  world.updates.push('my_chat_member', {
    chat: chat.toRaw(),
    from: by,
    date: world.clock.seconds(),
    old_chat_member: before,
    new_chat_member: chatMember(world, chat),
  })
}

/** The bot's own ChatMember. */
export function chatMember(world: World, chat: ChatState): Record<string, unknown> {
  const { botStatus: status, botRights: rights } = chat
  if (status === 'kicked') return { user: world.bot, status, until_date: 0 }
  if (status !== 'administrator') return { user: world.bot, status }
  return {
    user: world.bot,
    status,
    can_be_edited: false,
    is_anonymous: false,
    can_manage_chat: true,
    can_delete_messages: rights.can_delete_messages ?? false,
    can_manage_video_chats: false,
    can_restrict_members: false,
    can_promote_members: false,
    can_change_info: false,
    can_invite_users: true,
    can_post_stories: false,
    can_edit_stories: false,
    can_delete_stories: false,
    ...(chat.type === 'channel'
      ? { can_post_messages: true, can_edit_messages: true }
      : {
          can_pin_messages: rights.can_pin_messages ?? false,
          can_manage_topics: rights.can_manage_topics ?? false,
        }),
  }
}
