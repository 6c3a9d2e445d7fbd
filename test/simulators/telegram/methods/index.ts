import type { Query } from '../query.ts'
import type { World } from '../world.ts'
import * as bot from './bot.ts'
import * as edit from './edit.ts'
import * as text from './text.ts'

export type Method = (world: World, query: Query) => unknown

const methods: Readonly<Record<string, Method>> = {
  getMe: bot.getMe,
  deleteWebhook: bot.deleteWebhook,
  setWebhook: bot.setWebhook,
  getWebhookInfo: bot.getWebhookInfo,
  answerCallbackQuery: bot.answerCallbackQuery,
  setMyCommands: bot.setMyCommands,
  deleteMyCommands: bot.accept,
  setMyDescription: bot.accept,
  setMyShortDescription: bot.accept,
  sendMessage: text.sendMessage,
  editMessageText: edit.editMessageText,
  editMessageCaption: edit.editMessageCaption,
  editMessageReplyMarkup: edit.editMessageReplyMarkup,
}

/** By lower-case name. `getUpdates` waits and belongs to the server itself. */
export const methodOf: ReadonlyMap<string, Method> = new Map(
  Object.entries(methods).map(([name, method]) => [name.toLowerCase(), method]),
)
