import type { InlineKeyboardMarkup, Message } from 'grammy/types'
import type { BotApi } from '../api.ts'
import { CallError } from '../call-error.ts'

/** What stands under an id: nothing that the bot can see, something that is not the bot's, or a message of the bot. */
export type Found = 'nothing' | 'foreign' | 'own' | Message

export interface ProbeContext {
  readonly api: BotApi
  readonly chatId: number | string
  readonly signal: AbortSignal
}

/**
 * Asks what stands under an id with an edit that changes nothing: taking away the buttons of a message that has none.
 * A message comes back only when it did have a button, which is one of ours that a crash left there. Throws `CallError`
 * when the question itself was not answered.
 */
export const probe = async (id: number, context: ProbeContext): Promise<Found> => {
  try {
    return await setButtons(id, undefined, context)
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (error.says('message is not modified')) return 'own'
    if (error.says('message to edit not found') || error.says('MESSAGE_ID_INVALID')) return 'nothing'
    if (error.says("message can't be edited") || error.says('MESSAGE_AUTHOR_REQUIRED')) return 'foreign'
    throw error
  }
}

const button: InlineKeyboardMarkup = { inline_keyboard: [[{ text: '…', callback_data: 'wa2tg:settle' }]] }

/**
 * Reads a message of the bot. The Bot API cannot, but an edit that does change something returns the whole message: a
 * button is put under it, and taken away at once.
 */
export const readOwn = async (id: number, context: ProbeContext): Promise<Message> => {
  const message = await setButtons(id, button, context)
  await probe(id, context)
  return message
}

/** Reads a message of the bot that is about to be edited: a button of the search may be left under it. */
export const readForEdit = async (id: number, context: ProbeContext): Promise<Message> => {
  try {
    return await setButtons(id, button, context)
  } catch (error) {
    if (!(error instanceof CallError && error.says('message is not modified'))) throw error
    return await setButtons(id, undefined, context)
  }
}

/** Gives a message these buttons, or takes away those that it has. Returns the message as it is then. */
export const setButtons = async (
  id: number,
  markup: InlineKeyboardMarkup | undefined,
  { api, chatId, signal }: ProbeContext,
): Promise<Message> => {
  const payload = { chat_id: chatId, message_id: id, ...(markup && { reply_markup: markup }) }
  // `true` comes back for inline messages alone.
  return (await api.call('editMessageReplyMarkup', payload, { signal })) as Message
}
