import type { Turn } from '../bridge/network.ts'
import type { BotApi, Method } from './api.ts'
import { CallError } from './call-error.ts'

/** Asks for leave to make a call that counts as so many messages, with files or without. */
export type AskTurn = (messages: number, what?: 'files') => Promise<Turn>

/** The Bot API for one attempt: each call goes out when the rates allow, and what a refusal says is heeded. */
export const pacedApi = (api: BotApi, ask: AskTurn | undefined): BotApi => {
  if (ask === undefined) return api
  const paced = async <T>(messages: number, call: (turn: Turn) => Promise<T>, what?: 'files'): Promise<T> => {
    const turn = await ask(messages, what)
    try {
      const result = await call(turn)
      turn.end(true)
      return result
    } catch (error) {
      conclude(error, turn)
      throw error
    }
  }
  return {
    ...api,
    call: (method, payload, options) =>
      paced(messagesOf(method, payload), () => api.call(method, payload, options)),
    upload: (method, files, payload, options) =>
      paced(
        messagesOf(method, { media: files }),
        ({ lastByte }) => {
          const beforeLastByte = async () => {
            await lastByte()
            await options?.beforeLastByte?.()
          }
          return api.upload(method, files, payload, { ...options, beforeLastByte })
        },
        'files',
      ),
  }
}

/**
 * As how many messages Telegram counts a call: an album as all its items, edits and topics as one like messages (levlam in
 * tdlib/telegram-bot-api issues), the notice of a pin as the message it is. What reactions count is not
 * known; as much as an edit is safe. Deletions, actions and questions are not held back.
 */
export const messagesOf = (method: Method, payload: unknown): number => {
  if (method === 'sendMediaGroup') return lengthOf(payload, 'media')
  if (method === 'copyMessages' || method === 'forwardMessages') return lengthOf(payload, 'message_ids')
  return counted.test(method) ? 1 : 0
}

const counted =
  /^(send(?!ChatAction$)|copyMessage$|forwardMessage$|editMessage|stopMessageLiveLocation$|stopPoll$|pinChatMessage$|setMessageReaction$|(create|edit|close|reopen|delete)\w*ForumTopic$)/

const lengthOf = (payload: unknown, field: string): number => {
  const value = Object.entries(payload ?? {}).find(([name]) => name === field)?.[1]
  return Array.isArray(value) ? value.length : 1
}

const conclude = (error: unknown, turn: Turn): void => {
  if (!(error instanceof CallError)) {
    // The file's own source failed: the body never ended.
    turn.end(false)
    return
  }
  const { failure } = error
  if (error.retryAfter !== undefined) turn.refused(error.retryAfter)
  else if (failure.kind === 'lost') turn.lost()
  else turn.end(!(error.fellShort || isLookup(error)))
}

/** Refused by the Bot API server itself, which looks the message up first (`Client.cpp`, `check_message`). */
const isLookup = (error: CallError): boolean =>
  error.says('message to edit not found') || error.says("message can't be edited")
