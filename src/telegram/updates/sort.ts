import type { Message, Update } from 'grammy/types'
import type { Arrival, KnownChat } from '../../bridge/network.ts'
import type { Logger } from '../../support/log.ts'
import { placeRef } from '../address.ts'
import type { BotUser } from '../api.ts'
import { type Command, parseCommand } from '../commands.ts'
import { parseChat, parseMessage, personRef, placeOfMessage } from '../parse.ts'

/** What a batch of updates asks for, sorted out before anything is written. */
export interface Sorted {
  readonly arrivals: Arrival[]
  readonly chats: KnownChat[]
  /** Every message seen, for the ids that are taken. */
  readonly seen: { readonly chatId: number; readonly messageId: number }[]
  readonly commands: { readonly command: Command; readonly message: Message }[]
  /** Private messages of people who are not owners. */
  readonly strangers: Message[]
  readonly moves: { readonly from: number; readonly to: number }[]
}

export interface SortContext {
  readonly bot: BotUser
  readonly owners: readonly number[]
  readonly logger: Logger
}

/**
 * Sorts updates into events, commands and what is to be ignored. Only owners speak through the bridge, told by `from`,
 * never by `sender_chat` (an anonymous administrator is nobody in particular).
 */
export const sortUpdates = (updates: readonly Update[], context: SortContext): Sorted => {
  const sorted: Sorted = { arrivals: [], chats: [], seen: [], commands: [], strangers: [], moves: [] }
  for (const update of updates) {
    const posted = update.message ?? update.edited_message
    if (posted) sorted.seen.push({ chatId: posted.chat.id, messageId: posted.message_id })
    if (update.message) sortMessage(update.message, sorted, context)
  }
  return sorted
}

const sortMessage = (message: Message, sorted: Sorted, { bot, owners, logger }: SortContext): void => {
  if (message.migrate_to_chat_id !== undefined) {
    sorted.moves.push({ from: message.chat.id, to: message.migrate_to_chat_id })
  }
  const { from } = message
  if (from === undefined || from.is_bot || message.sender_chat) return
  if (!owners.includes(from.id)) {
    if (message.chat.type === 'private') sorted.strangers.push(message)
    return
  }
  const command = parseCommand(message, bot.username)
  if (command !== undefined) {
    sorted.chats.push(parseChat(message))
    sorted.commands.push({ command, message })
    return
  }
  const arrival = parseSafely(message, bot, logger)
  if (arrival === undefined) return
  sorted.chats.push(parseChat(message))
  sorted.arrivals.push(arrival)
}

/** A message that breaks the parser must neither stop the loop nor vanish: it goes on as a placeholder. */
const parseSafely = (message: Message, bot: BotUser, logger: Logger): Arrival | undefined => {
  try {
    return parseMessage(message, bot)
  } catch (error) {
    logger.error({ err: error }, 'A Telegram message could not be read')
    return {
      event: {
        version: 1,
        kind: 'message',
        chat: placeRef(placeOfMessage(message)),
        id: String(message.message_id),
        sender: { person: personRef(message.from?.id ?? 0), me: true },
        sentAt: message.date * 1000,
        content: { kind: 'placeholder', label: 'Message that could not be read' },
      },
    }
  }
}
