import { retry } from '../../bridge/verdict.ts'
import type { Clock } from '../../support/clock.ts'
import { idSpace } from '../address.ts'
import type { BotApi } from '../api.ts'

export interface Posts {
  /** Resolves when all that was posted up to now is taken in. */
  readonly caughtUp: () => Promise<void>
  /** Which chats are channels, as far as they were asked. */
  readonly channels: Map<number | string, boolean>
}

/** Milliseconds: more than a poll that is lost takes. */
const longest = 90_000

/**
 * In a channel a bot may edit what others post, so that it can is no sign that a post is its own (TDLib `can_edit_message`), and
 * asking takes away the buttons of other bots. But others' posts come as updates, its own never do (telegram-bot-api
 * `need_skip_update_message`): when all have come, those that are left are the bot's. Throws `CallError`.
 */
export const knowPosts = async (
  chatId: number | string,
  { api, clock, signal, caughtUp, channels }: Posts & { api: BotApi; clock: Clock; signal: AbortSignal },
): Promise<void> => {
  if (idSpace(chatId) === 'shared') return
  const isChannel =
    channels.get(chatId) ?? (await api.call('getChat', { chat_id: chatId }, { signal })).type === 'channel'
  channels.set(chatId, isChannel)
  if (!isChannel) return
  const over = new AbortController()
  const isLate = clock.sleep(longest, AbortSignal.any([signal, over.signal])).then(() => true)
  const late = await Promise.race([caughtUp().then(() => false), isLate])
  over.abort()
  if (late) throw retry('Telegram has not told yet what was posted in the channel')
}
