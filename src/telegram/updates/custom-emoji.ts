import type { Update } from 'grammy/types'
import type { Logger } from '../../support/log.ts'
import type { BotApi } from '../api.ts'

/** Ids that Telegram takes in one call. */
const most = 200

/**
 * The ordinary emoji behind the custom ones that somebody reacted with. A map without them when Telegram cannot be asked, or
 * an update is of no form that we know (which is found when it is taken in): such a reaction then changes nothing.
 */
export const nameCustomEmoji = async (
  updates: readonly Update[],
  { api, signal, logger }: { api: BotApi; signal: AbortSignal; logger: Logger },
): Promise<ReadonlyMap<string, string>> => {
  try {
    const ids = updates.flatMap(({ message_reaction: reaction }) =>
      (reaction?.new_reaction ?? []).flatMap(each =>
        each.type === 'custom_emoji' ? [each.custom_emoji_id] : [],
      ),
    )
    if (ids.length === 0) return new Map()
    const asked = { custom_emoji_ids: [...new Set(ids)].slice(0, most) }
    const stickers = await api.call('getCustomEmojiStickers', asked, { signal, timeoutMs: 10_000 })
    return new Map(
      stickers.flatMap(({ custom_emoji_id: id, emoji }) => (id && emoji ? [[id, emoji] as const] : [])),
    )
  } catch (error) {
    logger.warn({ err: error }, 'Telegram did not say which emoji a reaction is')
    return new Map()
  }
}
