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
  place: Place,
  context: Pick<SendContext, 'api' | 'topicless' | 'connected'>,
  signal: AbortSignal,
): Promise<void> => {
  if (place.threadId === undefined || !context.topicless.has(place.chatId)) return
  try {
    if (await isTopicless(place, context, signal)) throw topicGone()
  } catch (error) {
    throw error instanceof CallError
      ? verdictOf(error, { sending: false, connected: context.connected() })
      : error
  }
}

/** Whether a place is a topic of a group that has none now. Throws `CallError`. */
export const isTopicless = async (
  { chatId, threadId }: Place,
  { api, topicless }: Pick<SendContext, 'api' | 'topicless'>,
  signal: AbortSignal,
): Promise<boolean> => {
  if (threadId === undefined) return false
  const chat = await api.call('getChat', { chat_id: chatId }, { signal })
  if (chat.type !== 'supergroup' || chat.is_forum === true) {
    topicless.delete(chatId)
    return false
  }
  topicless.add(chatId)
  return true
}

/**
 * Takes messages of the bridge away that nobody is to see. What Telegram never lets go stays. Throws `CallError` where it may
 * yet do so: several go in one call, so that then all or none of them are there.
 */
export const takeBack = async (
  chatId: number | string,
  ids: readonly number[],
  { api, marks }: Pick<SendContext, 'api' | 'marks'>,
): Promise<void> => {
  const [first, ...rest] = ids
  if (first === undefined) return
  const where = { chat_id: chatId }
  try {
    if (rest.length > 0) await api.call('deleteMessages', { ...where, message_ids: [...ids] })
    else await api.call('deleteMessage', { ...where, message_id: first })
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (verdictOf(error, { sending: false }).verdict.kind !== 'reject') throw error
    // One that may not be deleted holds back all of them.
    if (rest.length > 0) for (const id of ids) await takeBack(chatId, [id], { api, marks })
  }
  for (const id of ids) marks.take(chatId, id)
}

/**
 * Messages have landed outside their topic: topics were switched off, or the topic was deleted. They are taken back, for they
 * would stand among messages of another chat; where that does not work yet, a search comes upon them (`settle/find-part.ts`).
 */
export const withdraw = async (
  [first, ...rest]: readonly [Message, ...Message[]],
  context: SendContext,
): Promise<never> => {
  const { chat } = first
  if (chat.type === 'supergroup' && chat.is_forum !== true) context.topicless.add(chat.id)
  const ids = [first, ...rest].map(({ message_id: id }) => id)
  try {
    await takeBack(chat.id, ids, context)
  } catch (error) {
    throw unsure('It stands outside its topic in Telegram, and could not be taken away yet', error)
  }
  throw topicGone()
}

const topicGone = (): DeliveryError =>
  new DeliveryError({ kind: 'reject' }, 'The Telegram topic is gone: map the chat to another one', {
    chatUnreachable: true,
  })
