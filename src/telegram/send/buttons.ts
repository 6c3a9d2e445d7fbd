import type { InlineKeyboardMarkup, Message } from 'grammy/types'

/**
 * Buttons of what was sent, and for which messages a search has asked, which takes their buttons away. What is just
 * being sent is nobody's yet, so a search may meet it; whoever comes second, the search or the answer to the sending,
 * gives them back.
 */
export interface Buttons {
  /** A search is about to ask for a message. */
  asked(chatId: number | string, messageId: number): void
  /** A message was sent with buttons; whether a search has asked for it meanwhile. */
  sent(message: Message, markup: InlineKeyboardMarkup): boolean
  /** The buttons that a message was sent with, if it was sent lately. */
  of(chatId: number | string, messageId: number): InlineKeyboardMarkup | undefined
}

/** Kept of each; a search asks for what is as old as a doubt at most. */
const most = 1000

export const openButtons = (): Buttons => {
  const asked = new Map<string, true>()
  const sent = new Map<string, InlineKeyboardMarkup>()
  return {
    asked: (chatId, messageId) => remember(asked, keyOf(chatId, messageId), true),
    sent(message, markup) {
      const key = keyOf(message.chat.id, message.message_id)
      remember(sent, key, markup)
      return asked.has(key)
    },
    of: (chatId, messageId) => sent.get(keyOf(chatId, messageId)),
  }
}

const keyOf = (chatId: number | string, messageId: number): string => `${chatId} ${messageId}`

const remember = <T>(map: Map<string, T>, key: string, value: T): void => {
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}
