import type { ChatRef } from '../bridge/chat-ref.ts'

/** The lane of what the bridge says in its own name in a chat. */
export const noticeLane = (chat: ChatRef): string => `notice ${chat}`
