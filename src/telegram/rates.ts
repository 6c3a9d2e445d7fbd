import { type ChatRef, networkOf } from '../bridge/chat-ref.ts'
import { idSpace, paceKey, placeOf } from './address.ts'

/**
 * What Telegram asks bots to keep to (Bot API FAQ, "My bot is hitting limits"): about one message a second in a chat,
 * with short bursts let pass, 20 a minute in a group with all its topics, about 30 a second over all. The true limits are
 * not published: an answer 429 has the last word.
 */
export const telegramBudgets = [
  { count: 3, seconds: 3, keyOf: (chat: ChatRef) => (isOurs(chat) ? paceKey(chat).key : undefined) },
  {
    count: 20,
    seconds: 60,
    keyOf: (chat: ChatRef) =>
      isOurs(chat) && paceKey(chat).kind === 'group' ? paceKey(chat).key : undefined,
  },
  { count: 30, seconds: 1, keyOf: (chat: ChatRef) => (isOurs(chat) ? 'all' : undefined) },
]

/** Chats for which it says the same are held back together by one 429. */
export const ratePeerOf = (chat: ChatRef): string => (isOurs(chat) ? paceKey(chat).key : chat)

/** Chats for which it says the same share their message ids. */
export const idPeerOf = (chat: ChatRef): string =>
  isOurs(chat) ? `telegram:${idSpace(placeOf(chat).chatId)}` : chat

const isOurs = (chat: ChatRef): boolean => networkOf(chat) === 'telegram'
