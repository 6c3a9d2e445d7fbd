import type { Store } from '../store/index.ts'
import type { ChatRef } from './chat-ref.ts'

/** Whether a chat is that of everybody's statuses. */
export const isStatus = (chat: ChatRef, { chats }: Pick<Store, 'chats'>): boolean =>
  chats.get(chat)?.kind === 'broadcast'
