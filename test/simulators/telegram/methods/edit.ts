import { isDeepStrictEqual } from 'node:util'
import { findChat, findMessage } from '../access.ts'
import type { ChatState } from '../chats.ts'
import { badRequest, notModified } from '../errors.ts'
import { parseMarkup } from '../markup.ts'
import { withoutReply } from '../messages.ts'
import type { Query } from '../query.ts'
import { parseCaption, parseMessageText } from '../text.ts'
import type { Entry, RawMessage } from '../types.ts'
import type { World } from '../world.ts'
import { captionFields, givenText, textFields } from './text.ts'

interface Target {
  readonly chat: ChatState
  readonly entry: Entry
}

/**
 * Finds a message that the bot may edit: its own, in a channel whatever is posted there (TDLib `can_edit_message`, with the right
 * that `can_edit_messages` names), and none of Telegram's service messages.
 */
export function findEditable(world: World, query: Query): Target {
  const chat = findChat(world, query.text('chat_id'), 'edit')
  const entry = findMessage(world, chat, query.integer('message_id'), 'message to edit')
  const mayEdit = entry.author === world.bot.id || (chat.type === 'channel' && chat.isAdmin)
  if (!mayEdit || entry.service) throw badRequest("message can't be edited")
  return { chat, entry }
}

/**
 * Puts new fields in place of old ones; a change of the keyboard alone is no visible edit. That nothing changes is found out
 * by Telegram itself, so it counts. The answer does not say what the message answers (`TdOnEditMessageCallback`).
 */
export function applyEdit(
  world: World,
  { chat, entry }: Target,
  change: { remove: readonly string[]; fields: Readonly<Record<string, unknown>>; markup: unknown },
): RawMessage {
  const { message } = entry
  const before = Object.fromEntries(
    change.remove.flatMap(name => (name in message ? [[name, message[name]]] : [])),
  )
  const sameContent = isDeepStrictEqual(before, change.fields)
  const sameMarkup = isDeepStrictEqual(entry.markup, change.markup)
  world.rates.take(chat)
  if (sameContent && sameMarkup) throw notModified()
  if (!sameContent) {
    for (const name of change.remove) delete message[name]
    Object.assign(message, change.fields)
    message.edit_date = world.clock.seconds()
    entry.edited = true
  }
  delete message.reply_markup
  delete entry.markup
  if (change.markup !== undefined) {
    message.reply_markup = change.markup
    entry.markup = change.markup
  }
  return withoutReply(message)
}

export function editMessageText(world: World, query: Query): RawMessage {
  const given = givenText(query)
  const { inline } = parseMarkup(query)
  const target = findEditable(world, query)
  if (target.entry.message.text === undefined) throw badRequest('There is no text in the message to edit')
  const fields = textFields(parseMessageText(given))
  return applyEdit(world, target, { remove: ['text', 'entities'], fields, markup: inline })
}

const captioned = ['photo', 'video', 'animation', 'audio', 'voice', 'document']

export function editMessageCaption(world: World, query: Query): RawMessage {
  const { inline } = parseMarkup(query)
  const given = query.formatted('caption', 'caption_entities')
  const target = findEditable(world, query)
  if (!captioned.some(kind => kind in target.entry.message))
    throw badRequest('There is no caption in the message to edit')
  const fields = captionFields(parseCaption(given))
  return applyEdit(world, target, { remove: ['caption', 'caption_entities'], fields, markup: inline })
}

export function editMessageReplyMarkup(world: World, query: Query): RawMessage {
  const { inline } = parseMarkup(query)
  const target = findEditable(world, query)
  // Clients show no buttons under albums, so that the server leaves them out, and then nothing is modified
  // (tdlib/td #1463, pengrad/java-telegram-bot-api #338, eternnoir/pyTelegramBotAPI #1830).
  const markup = target.entry.message.media_group_id === undefined ? inline : undefined
  return applyEdit(world, target, { remove: [], fields: {}, markup })
}
