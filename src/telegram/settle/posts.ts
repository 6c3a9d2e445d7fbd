import { retry } from '../../bridge/verdict.ts'
import type { Clock } from '../../support/clock.ts'
import { isShared } from '../address.ts'
import type { BotApi } from '../api.ts'
import type { Marks } from '../marks.ts'

export interface PostsContext {
  readonly api: BotApi
  readonly clock: Clock
  readonly marks: Marks
  /** Resolves when all that was posted up to now is taken in. */
  readonly caughtUp: () => Promise<void>
}

/** Milliseconds: more than a poll that is lost takes. */
const longest = 90_000

/**
 * In a channel a bot may edit what others post, so that it can is no sign that a post is its own (TDLib
 * `can_edit_message`), and asking takes away the buttons of other bots. But others' posts come as updates, its own
 * never do (telegram-bot-api `need_skip_update_message`): when all have come, those that are left are the bot's, as far
 * as none was missed (`Posts.isClear`). Throws `CallError`.
 */
export const knowPosts = async (
  chatId: number | string,
  { api, clock, signal, caughtUp, marks: { posts } }: PostsContext & { signal: AbortSignal },
): Promise<void> => {
  if (isShared(chatId)) return
  if (posts.isChannel(chatId) === undefined) {
    const { type } = await api.call('getChat', { chat_id: chatId }, { signal })
    posts.noteChannel(chatId, type === 'channel')
  }
  if (!posts.isChannel(chatId)) return
  const over = new AbortController()
  const isLate = clock.sleep(longest, AbortSignal.any([signal, over.signal])).then(() => true)
  const late = await Promise.race([caughtUp().then(() => false), isLate])
  over.abort()
  if (late) throw retry('Telegram has not told yet what was posted in the channel')
}
