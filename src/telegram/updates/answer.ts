import type { Message } from 'grammy/types'
import type { ChatRef } from '../../bridge/chat-ref.ts'
import type { Turn } from '../../bridge/network.ts'
import type { Logger } from '../../support/log.ts'
import { placeRef } from '../address.ts'
import type { BotApi } from '../api.ts'
import { CallError } from '../call-error.ts'
import { renderCommandAnswer, renderRefusal } from '../commands.ts'
import type { Marks } from '../marks.ts'
import { pacedApi } from '../paced.ts'
import type { Sorted } from './sorted.ts'

export interface AnswerOptions {
  readonly api: BotApi
  readonly marks: Marks
  readonly signal: AbortSignal
  readonly logger: Logger
  /** Leave to say something in a chat; absent where there are no rates to keep to. */
  readonly turn?: (chat: ChatRef, messages: number, signal: AbortSignal) => Promise<Turn>
}

/**
 * Answers people at once: commands, pressed buttons, strangers. These are no deliveries: an answer that fails is asked for
 * again by the person.
 */
export const makeAnswers = ({ api, marks, signal, logger, turn }: AnswerOptions) => {
  /** Strangers who have heard it. */
  const refused = new Set<number>()

  const say = async (message: Message, text: string): Promise<void> => {
    const { chat, message_thread_id: thread, is_topic_message: inTopic } = message
    const ask = turn && ((messages: number) => turn(placeRef({ chatId: chat.id }), messages, signal))
    const sent = await pacedApi(api, ask).call(
      'sendMessage',
      {
        chat_id: chat.id,
        text,
        ...(inTopic === true && thread !== undefined && { message_thread_id: thread }),
      },
      { signal },
    )
    marks.take(sent.chat.id, sent.message_id)
  }

  /** In groups the bot needs a right for that; without it the command stays. */
  const remove = async ({ chat, message_id: id }: Message): Promise<void> => {
    try {
      await api.call('deleteMessage', { chat_id: chat.id, message_id: id }, { signal })
    } catch (error) {
      if (!(error instanceof CallError && error.code === 400)) throw error
    }
  }

  /** Nothing of it waits for anything else, and nothing is tried twice. */
  const attempt = (work: Promise<unknown>): void => {
    work.catch(error => {
      if (!signal.aborted) logger.warn({ err: error }, 'An answer could not be given in Telegram')
    })
  }

  return ({ commands, strangers, presses }: Sorted): void => {
    for (const { id, words } of presses) {
      const answer = { callback_query_id: id, ...(words !== undefined && { text: words }) }
      attempt(api.call('answerCallbackQuery', answer, { signal }))
    }
    for (const { command, message } of commands) {
      const words = renderCommandAnswer(command, message)
      attempt(words === undefined ? remove(message) : say(message, words))
    }
    for (const message of strangers) {
      const id = message.chat.id
      if (refused.has(id)) continue
      refused.add(id)
      attempt(say(message, renderRefusal(id)))
    }
  }
}
