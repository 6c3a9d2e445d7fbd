import type { ChatState } from './chats.ts'
import type { Entry } from './types.ts'
import type { World } from './world.ts'

/**
 * Whether the bot sees a message: it hears of it, and may name its id. In groups it sees none of other bots, and with privacy
 * mode and no admin right of people only what is meant for it (tdlib/td #289, tdlib/telegram-bot-api #221).
 */
export function isSeen(world: World, chat: ChatState, entry: Entry): boolean {
  if (entry.author === world.bot.id || entry.service || chat.type === 'private') return true
  if (chat.type !== 'channel' && world.users.get(entry.author)?.is_bot) return false
  return !hidesPeople(world, chat) || isForBot(world, entry)
}

const hidesPeople = (world: World, chat: ChatState): boolean =>
  world.privacy && !chat.isAdmin && chat.type !== 'private'

function isForBot(world: World, { message }: Entry): boolean {
  const text = message.text ?? ''
  const mentions = text.includes(`@${world.bot.username}`)
  return text.startsWith('/') || mentions || message.reply_to_message?.from?.id === world.bot.id
}
