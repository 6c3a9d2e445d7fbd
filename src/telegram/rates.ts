import type { ChatRef } from '../bridge/chat-ref.ts'
import { idSpace, paceKey, readPlace } from './address.ts'

/**
 * What Telegram asks bots to keep to (Bot API FAQ, "My bot is hitting limits"): about one message a second in a chat,
 * with short bursts let pass, 20 a minute in a group with all its topics, about 30 a second over all. The true limits are
 * not published: an answer 429 has the last word.
 */
export const telegramBudgets = [
  { count: 3, seconds: 3, keyOf: (chat: ChatRef) => keyIn(chat)?.key },
  {
    count: 20,
    seconds: 60,
    keyOf: (chat: ChatRef) => {
      const { key, kind } = keyIn(chat) ?? {}
      return kind === 'group' ? key : undefined
    },
  },
  { count: 30, seconds: 1, keyOf: (chat: ChatRef) => keyIn(chat) && 'all' },
]

/** Chats for which it says the same are held back together by one 429. */
export const ratePeerOf = (chat: ChatRef): string => keyIn(chat)?.key ?? chat

/** Chats for which it says the same share their message ids. */
export const idPeerOf = (chat: ChatRef): string => {
  const place = readPlace(chat)
  return place ? `telegram:${idSpace(place.chatId)}` : chat
}

/** Undefined for what is no place, which all lanes would wait for if it threw: what goes there fails by itself. */
const keyIn = (chat: ChatRef) => {
  const place = readPlace(chat)
  return place && paceKey(place)
}
