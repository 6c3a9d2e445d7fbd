import type { ChatMemberUpdated } from 'grammy/types'
import type { Standing } from '../../bridge/network.ts'
import type { BotUser } from '../api.ts'

/** How it stands with what reaches the bot in a group. */
export interface Hearing {
  readonly chatId: number
  readonly standing: Standing
}

/**
 * Administrators get everything that is done in a group; others no reactions, and in privacy mode only commands and what answers the
 * bot (core.telegram.org/bots/features#privacy-mode). Without a word nobody would know that the rest never comes here. None
 * where that is as it was, and where the bot is out.
 */
export const hearingOf = (
  { chat, old_chat_member: former, new_chat_member: member }: Partial<ChatMemberUpdated>,
  bot: Pick<BotUser, 'can_read_all_group_messages'>,
): Hearing[] => {
  if (chat?.type !== 'group' && chat?.type !== 'supergroup') return []
  const hearing = (trouble?: Standing['trouble']): Hearing[] => [
    { chatId: chat.id, standing: { about: `hears ${chat.id}`, ...(trouble && { trouble }) } },
  ]
  const [was, is] = [former?.status, member?.status]
  if (is === 'administrator') return hearing()
  if (is !== 'member' && is !== 'restricted') return []
  const place = `In the Telegram chat "${chat.title}" I am no administrator`
  if (!bot.can_read_all_group_messages) {
    const text = `${place}: what you write there does not reach me, but for commands and answers to me, and goes to nobody.\n\nMake me an administrator there, then write again what is missing.`
    return hearing({ id: 'words', text })
  }
  if (was === 'member' || was === 'restricted') return []
  const text = `${place}: your reactions there do not reach me, and do not go to WhatsApp.\n\nMake me an administrator there.`
  return hearing({ id: 'reactions', text })
}
