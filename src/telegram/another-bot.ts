import type { ChatRef } from '../bridge/chat-ref.ts'
import type { SessionStore } from '../bridge/network.ts'
import { idSpace, parseAddress, placeOf } from './address.ts'
import { forgetSharedIds } from './marks.ts'
import { forgetOffset } from './updates/long-poll.ts'
import { forgetVersions } from './updates/versions.ts'

export interface BotOptions {
  readonly token: string
  readonly sessions: SessionStore
  /** Forgets under which ids messages are known in the chats of which it says so. */
  readonly forgetIds: (isMeant: (chat: ChatRef) => boolean) => void
}

const row = { type: 'bot', id: '' } as const

/**
 * In private chats and basic groups each bot has message ids of its own (`idSpace`), and so have its updates: where these
 * data were another bot's, what is known there by its id is none of what comes under that id from now on. A token begins
 * with the id of its bot (telegram-bot-api `ClientManager.cpp` takes it from there), so that another token of the same bot
 * changes nothing. To be called before anything is read or sent.
 */
export const knowBot = ({ token, sessions, forgetIds }: BotOptions): void => {
  const [bot = ''] = token.split(':')
  const before = sessions.get(row.type, row.id)
  if (bot === '' || before === bot) return
  sessions.transaction(() => {
    sessions.set([{ ...row, value: bot }], { flush: false })
    if (before === undefined) return
    forgetOffset(sessions)
    forgetIds(isOfBot)
    forgetSharedIds(sessions)
    forgetVersions(sessions, chatId => idSpace(chatId) === 'shared')
  })
}

const isOfBot = (chat: ChatRef): boolean =>
  parseAddress(chat.slice('telegram:'.length)) !== undefined && idSpace(placeOf(chat).chatId) === 'shared'
