import type { Message } from 'grammy/types'
import { DeliveryError, unsure } from '../../bridge/verdict.ts'
import type { Place } from '../address.ts'
import { CallError } from '../call-error.ts'
import { verdictOf } from '../errors.ts'
import type { SendContext } from './context.ts'

/**
 * Where topics are switched off, what is for one lands among everything else (telegram-bot-api `Client.cpp`): it rings, and is
 * taken away again. Behind the first it is asked whether there are topics again. Throws `DeliveryError`.
 */
export const assertTopics = async (
  { chatId, threadId }: Place,
  { api, topicless, connected }: Pick<SendContext, 'api' | 'topicless' | 'connected'>,
  signal: AbortSignal,
): Promise<void> => {
  if (threadId === undefined || !topicless.has(chatId)) return
  try {
    const chat = await api.call('getChat', { chat_id: chatId }, { signal })
    if (chat.is_forum !== true) throw topicGone()
    topicless.delete(chatId)
  } catch (error) {
    throw error instanceof CallError ? verdictOf(error, { sending: false, connected: connected() }) : error
  }
}

/**
 * Takes a message of the bridge away that nobody is to see. What Telegram never lets go stays. Throws `CallError` where it may
 * yet do so.
 */
export const takeBack = async (
  { chat, message_id }: Message,
  { api, marks }: Pick<SendContext, 'api' | 'marks'>,
): Promise<void> => {
  try {
    await api.call('deleteMessage', { chat_id: chat.id, message_id })
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (verdictOf(error, { sending: false }).verdict.kind !== 'reject') throw error
  }
  marks.take(chat.id, message_id)
}

/**
 * Messages have landed outside their topic: topics were switched off, or the topic was deleted. They are taken back, for they
 * would stand among messages of another chat; where that does not work yet, a search comes upon them (`settle/find-part.ts`).
 */
export const withdraw = async (messages: readonly Message[], context: SendContext): Promise<never> => {
  for (const { chat } of messages)
    if (chat.type === 'supergroup' && chat.is_forum !== true) context.topicless.add(chat.id)
  try {
    for (const message of messages) await takeBack(message, context)
  } catch (error) {
    throw unsure('It stands outside its topic in Telegram, and could not be taken away yet', error)
  }
  throw topicGone()
}

const topicGone = (): DeliveryError =>
  new DeliveryError({ kind: 'reject' }, 'The Telegram topic is gone: map the chat to another one', {
    chatUnreachable: true,
  })
