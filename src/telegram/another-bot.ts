import type { ChatRef } from '../bridge/chat-ref.ts'
import type { SessionStore } from '../bridge/network.ts'
import { isShared, readPlace } from './address.ts'
import type { BotUser } from './api.ts'
import type { Marks } from './marks.ts'
import { forgetOffset } from './updates/long-poll.ts'
import { forgetVersions } from './updates/versions.ts'

export interface BotOptions {
  readonly sessions: SessionStore
  readonly marks: Marks
  /** Forgets under which ids messages are known in the chats of which it says so. */
  readonly forgetIds: (isMeant: (chat: ChatRef) => boolean) => void
}

const row = { type: 'bot', id: '' } as const

/**
 * In private chats and basic groups each bot has message ids of its own (`idSpace`), and so have its updates: where these
 * data were another bot's, what is known there by its id is none of what comes under that id from now on. Only Telegram
 * knows whose token it is: one with a typing error is nobody's. To be called before anything else is asked of the bot.
 */
export const knowBot = ({ id }: Pick<BotUser, 'id'>, { sessions, marks, forgetIds }: BotOptions): void => {
  const before = sessions.get(row.type, row.id)
  if (before === String(id)) return
  sessions.transaction(() => {
    sessions.set([{ ...row, value: String(id) }], { flush: false })
    if (before === undefined) return
    forgetOffset(sessions)
    forgetIds(isOfBot)
    marks.forgetShared()
    forgetVersions(sessions, isShared)
  })
}

const isOfBot = (chat: ChatRef): boolean => {
  const place = readPlace(chat)
  return place !== undefined && isShared(place.chatId)
}
