import type { Message } from 'grammy/types'
import { type ChatRef, chatRef } from '../../bridge/chat-ref.ts'
import type { Place } from '../address.ts'

/** Where a message stands. A thread id without `is_topic_message` is a mere chain of replies. */
export const placeOfMessage = (
  message: Pick<Message, 'chat' | 'is_topic_message' | 'message_thread_id'>,
): Place => {
  const { chat, is_topic_message, message_thread_id } = message
  return is_topic_message === true && message_thread_id !== undefined
    ? { chatId: chat.id, threadId: message_thread_id }
    : { chatId: chat.id }
}

export const personRef = (userId: number): ChatRef => chatRef('telegram', String(userId))
