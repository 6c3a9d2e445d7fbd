import { setTimeout as sleep } from 'node:timers/promises'
import type { Update } from 'grammy/types'
import type { Logger } from '../../support/log.ts'
import type { BotApi } from '../api.ts'
import { CallError } from '../call-error.ts'

/** Ids that Telegram takes in one call. */
const most = 200
/** Milliseconds until it is asked again, one after the other: all that comes waits for the answer. */
const pauses = [500, 1000]

/**
 * The ordinary emoji behind the custom ones that somebody reacted with. A map without them when Telegram cannot be asked, or
 * an update is of no form that we know (which is found when it is taken in): such a reaction then changes nothing. Rejects
 * when it is stopped.
 */
export const nameCustomEmoji = async (
  updates: readonly Update[],
  { api, signal, logger }: { api: BotApi; signal: AbortSignal; logger: Logger },
): Promise<ReadonlyMap<string, string>> => {
  const ask = async (ids: readonly string[], [pause, ...further] = pauses): Promise<Map<string, string>> => {
    try {
      const stickers = await api.call(
        'getCustomEmojiStickers',
        { custom_emoji_ids: [...ids] },
        { signal, timeoutMs: 10_000 },
      )
      return new Map(
        stickers.flatMap(({ custom_emoji_id: id, emoji }) => (id && emoji ? [[id, emoji] as const] : [])),
      )
    } catch (error) {
      const isNo = !(error instanceof CallError) || (error.code >= 400 && error.code < 500)
      if (pause === undefined || isNo) throw error
      await sleep(pause, undefined, { signal })
      return await ask(ids, further)
    }
  }
  try {
    const ids = updates.flatMap(({ message_reaction: reaction }) =>
      (reaction?.new_reaction ?? []).flatMap(each =>
        each.type === 'custom_emoji' ? [each.custom_emoji_id] : [],
      ),
    )
    return ids.length === 0 ? new Map() : await ask([...new Set(ids)].slice(0, most))
  } catch (error) {
    // What is not taken now comes again at the next start.
    if (signal.aborted) throw error
    logger.warn({ err: error }, 'Telegram did not say which emoji a reaction is')
    return new Map()
  }
}
