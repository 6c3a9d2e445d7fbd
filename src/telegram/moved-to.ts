import type { BotApi } from './api.ts'
import { CallError } from './call-error.ts'

/** Milliseconds. */
const timeoutMs = 10_000

/**
 * The supergroup that a group has become, where it has. Its members are asked for, which nobody sees: of one that has moved they are
 * refused with its new id (telegram-bot-api `check_chat_access`). Rejects with `CallError` where there is no answer.
 */
export const movedTo = async (
  group: number,
  { api, signal }: { readonly api: BotApi; readonly signal: AbortSignal },
): Promise<number | undefined> => {
  try {
    await api.call('getChatMemberCount', { chat_id: group }, { signal, timeoutMs })
    return undefined
  } catch (error) {
    if (!(error instanceof CallError) || error.failure.kind !== 'refused') throw error
    const { code, retryAfter, migrateTo } = error.failure
    if (retryAfter !== undefined || code >= 500) throw error
    return migrateTo
  }
}
