import { findChat } from './access.ts'
import type { ChatState } from './chats.ts'
import { badRequest } from './errors.ts'
import { parseFormatted, type Query } from './query.ts'
import type { Entry } from './types.ts'
import type { World } from './world.ts'

export interface ReplyRequest {
  readonly messageId: number
  readonly chatId: string
  readonly optional: boolean
  readonly quote: string
  readonly quoteEntities: unknown
}

const nothing: ReplyRequest = {
  messageId: 0,
  chatId: '',
  optional: false,
  quote: '',
  quoteEntities: undefined,
}

/** Reads `reply_parameters`, or the old `reply_to_message_id`. */
export function parseReply(query: Query): ReplyRequest {
  const given = query.json('reply_parameters', 'reply parameters JSON object')
  if (given === undefined || given === null) {
    return {
      ...nothing,
      messageId: query.integer('reply_to_message_id'),
      optional: query.flag('allow_sending_without_reply'),
    }
  }
  if (typeof given !== 'object' || Array.isArray(given))
    throw badRequest('Object expected as reply parameters')
  const fields = given as Record<string, unknown>
  const messageId = Number(fields['message_id'] ?? 0)
  if (!Number.isInteger(messageId))
    throw badRequest(`Can't parse reply parameters: Field "message_id" must be of type Number`)
  const known =
    'message_id chat_id ephemeral_message_id checklist_task_id poll_option_id allow_sending_without_reply quote quote_parse_mode quote_entities quote_position'
  const unknown = Object.keys(fields).find(name => !known.split(' ').includes(name))
  if (unknown !== undefined) throw badRequest(`The simulator knows no reply parameter "${unknown}"`)
  return {
    messageId,
    chatId: String(fields['chat_id'] ?? ''),
    optional: fields['allow_sending_without_reply'] === true,
    quote: String(fields['quote'] ?? ''),
    quoteEntities: fields['quote_entities'],
  }
}

interface ResolvedReply {
  readonly replyTo?: Entry
  readonly external?: { readonly chat: ChatState; readonly entry: Entry }
  readonly quote?: unknown
}

/** `check_reply_parameters`: finds the message to answer. One in another chat or topic becomes an external reply. */
export function findReply(
  world: World,
  chat: ChatState,
  { request, thread }: { request: ReplyRequest; thread: number | undefined },
): ResolvedReply {
  if (request.messageId <= 0) return {}
  const otherChat = request.chatId !== '' && request.chatId !== String(chat.id)
  const place = otherChat ? findChat(world, request.chatId, 'read') : chat
  const entry = place.entries.get(request.messageId)
  if (entry === undefined) {
    if (request.optional) return {}
    throw badRequest('message to be replied not found')
  }
  const quote = makeQuote(entry, request)
  const sameTopic = thread === undefined || entry.message.message_thread_id === thread
  return otherChat || !sameTopic
    ? { external: { chat: place, entry }, ...quote }
    : { replyTo: entry, ...quote }
}

function makeQuote({ message }: Entry, { quote, quoteEntities }: ReplyRequest): { quote?: unknown } {
  if (quote === '') return {}
  const { text } = parseFormatted(quote, { parseMode: '', entities: quoteEntities })
  const position = (message.text ?? message.caption ?? '').indexOf(text)
  if (position < 0) throw badRequest('QUOTE_TEXT_INVALID')
  return { quote: { text, position, is_manual: true } }
}
