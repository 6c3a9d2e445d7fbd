import { addressOf, type ChatRef, chatRef } from '../bridge/chat-ref.ts'

/** A place in Telegram: a chat by number or `@name`, and a topic in it. Without a topic: the chat itself, or General. */
export interface Place {
  readonly chatId: number | string
  readonly threadId?: number
}

/** How the pacer must treat a chat: about one message a second, and 20 a minute in a group or channel. */
export type PaceKind = 'private' | 'group'

const addressForm = /^(-?[1-9]\d{0,15}|@[A-Za-z]\w{3,31})(?:\/([1-9]\d{0,9}))?$/

/** What a person types as a Telegram chat: `-1001234567890`, `-1001234567890/42`, `@name`. Undefined when it is none. */
export const parseAddress = (text: string): Place | undefined => {
  const found = addressForm.exec(text.trim())
  const chat = found?.[1]
  if (chat === undefined) return undefined
  const chatId = chat.startsWith('@') ? chat : Number(chat)
  const threadId = found?.[2] === undefined ? undefined : Number(found[2])
  // General is thread 1, and sending there by that number is refused: it goes without (`Client.cpp`, 8275).
  return threadId === undefined || (threadId === 1 && !isShared(chatId)) ? { chatId } : { chatId, threadId }
}

export const renderAddress = ({ chatId, threadId }: Place): string =>
  threadId === undefined ? String(chatId) : `${chatId}/${threadId}`

export const placeRef = (place: Place): ChatRef => chatRef('telegram', renderAddress(place))

/** The place that a ref names; undefined where it is not Telegram's, or the disk has spoilt it. */
export const readPlace = (ref: ChatRef): Place | undefined =>
  ref.startsWith('telegram:') ? parseAddress(addressOf(ref)) : undefined

/** The same. Throws where it names none: that is a bug, or damage. */
export const placeOf = (ref: ChatRef): Place => {
  const place = readPlace(ref)
  if (place === undefined) throw new Error(`Not a Telegram chat: "${ref}"`)
  return place
}

/** The counter that all private chats and basic groups of the bot have together. */
export const sharedSpace = 'shared'

/**
 * Whether a chat gets its message ids from there. Supergroups and channels have numbers below -10^12; `@name`s are theirs (people's
 * names cannot be used by bots).
 */
export const isShared = (chatId: number | string): chatId is number =>
  typeof chatId === 'number' && chatId >= -1_000_000_000_000

/** Which counter gives a chat its message ids: its own in a supergroup or channel (topics share it), or the shared one. */
export const idSpace = (chatId: number | string): string => (isShared(chatId) ? sharedSpace : String(chatId))

/** Whether it is a group that may become a supergroup. */
export const isBasicGroup = (chatId: number | string): chatId is number => isShared(chatId) && chatId < 0

/** Which rate budget a place draws on: all topics of a group have one between them. */
export const paceKey = ({ chatId }: Place): { key: string; kind: PaceKind } => ({
  key: `telegram:${chatId}`,
  kind: typeof chatId === 'number' && chatId > 0 ? 'private' : 'group',
})
