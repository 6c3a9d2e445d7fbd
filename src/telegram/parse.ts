import type { Message } from 'grammy/types'
import { type ChatRef, chatRef } from '../bridge/chat-ref.ts'
import type { MessageEvent, Reply } from '../bridge/event.ts'
import type { Arrival, ChatKind, KnownChat } from '../bridge/network.ts'
import { type Place, placeRef } from './address.ts'
import { parseContent } from './parse/content.ts'

/** Code points of what an answered message said. */
const maxExcerpt = 200

/** Where a message stands. A thread id without `is_topic_message` is a mere chain of replies. */
export const placeOfMessage = (message: Message): Place => {
  const { chat, is_topic_message, message_thread_id } = message
  return is_topic_message === true && message_thread_id !== undefined
    ? { chatId: chat.id, threadId: message_thread_id }
    : { chatId: chat.id }
}

export const personRef = (userId: number): ChatRef => chatRef('telegram', String(userId))

/** A person's message as an event; undefined for service messages, which are nobody's words. */
export const parseMessage = (message: Message, bot: { readonly id: number }): Arrival | undefined => {
  const content = parseContent(message)
  const { from } = message
  if (content === undefined || from === undefined) return undefined
  const replyTo = parseReply(message, bot)
  const event: MessageEvent = {
    version: 1,
    kind: 'message',
    chat: placeRef(placeOfMessage(message)),
    id: String(message.message_id),
    sender: { person: personRef(from.id), name: nameOf(from), me: true },
    sentAt: message.date * 1000,
    content,
    ...(replyTo && { replyTo }),
    ...(message.forward_origin && { forwarded: true }),
  }
  return { event }
}

/** What is answered. In a forum every message "answers" its topic's first service message: that is no answer. */
const parseReply = (message: Message, bot: { readonly id: number }): Reply | undefined => {
  const { reply_to_message: target, external_reply: outside, quote } = message
  if (target === undefined) {
    return outside && quote ? { id: String(outside.message_id ?? 0), excerpt: clip(quote.text) } : undefined
  }
  if (target.forum_topic_created || target.message_id === message.message_thread_id) return undefined
  const said = target.text ?? target.caption
  return {
    id: String(target.message_id),
    ...(target.from && target.from.id !== bot.id && { person: personRef(target.from.id) }),
    ...(said !== undefined && { excerpt: clip(said) }),
    ...(quote && quote.is_manual === true && { quote: quote.text }),
  }
}

const clip = (text: string): string => {
  const characters = [...text]
  return characters.length > maxExcerpt ? `${characters.slice(0, maxExcerpt).join('')}…` : text
}

const nameOf = ({ first_name, last_name }: { first_name: string; last_name?: string }): string =>
  last_name === undefined ? first_name : `${first_name} ${last_name}`

const kinds: Readonly<Record<Message['chat']['type'], ChatKind>> = {
  private: 'person',
  group: 'group',
  supergroup: 'group',
  channel: 'channel',
}

/** What a message tells about the chat it stands in. */
export const parseChat = (message: Message): KnownChat => {
  const { chat } = message
  return {
    chat: placeRef(placeOfMessage(message)),
    kind: kinds[chat.type],
    name: chat.type === 'private' ? nameOf(chat) : chat.title,
    lastActivity: message.date * 1000,
  }
}
