import type { ChatRef } from '../bridge/chat-ref.ts'

/** At most `count` messages within any `seconds`, together for all chats for which `keyOf` says the same. */
export interface Budget {
  readonly count: number
  readonly seconds: number
  /** Which account of this budget a chat draws on; undefined when the budget does not concern it. */
  keyOf(chat: ChatRef): string | undefined
}
