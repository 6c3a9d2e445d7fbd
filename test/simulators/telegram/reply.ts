import { findChat, lookUp } from './access.ts'
import type { ChatState } from './chats.ts'
import { fixEntities } from './entities.ts'
import { badRequest } from './errors.ts'
import { parseFormatted, type Query } from './query.ts'
import { parseQuote } from './text.ts'
import type { Entity, Entry } from './types.ts'
import type { World } from './world.ts'

export interface ReplyRequest {
  readonly messageId: number
  readonly chatId: string
  readonly optional: boolean
  readonly quote: string
  readonly quoteEntities: unknown
  /** Where the quote is to be looked for first, in UTF-16 units. */
  readonly quotePosition: number
}

const nothing: ReplyRequest = {
  messageId: 0,
  chatId: '',
  optional: false,
  quote: '',
  quoteEntities: undefined,
  quotePosition: 0,
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
  const quotePosition = Number(fields['quote_position'] ?? 0)
  if (!Number.isInteger(quotePosition))
    throw badRequest(`Can't parse reply parameters: Field "quote_position" must be of type Number`)
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
    quotePosition,
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
  const entry = lookUp(world, place, request.messageId)
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

/**
 * A quote "must be an exact substring of the message to be replied to, including bold, italic, underline, strikethrough,
 * spoiler, and custom_emoji entities" (Bot API, `ReplyParameters.quote`). Of several places the one nearest to the position
 * that was given is meant (TDLib `MessageQuote::search_quote`).
 */
function makeQuote({ message }: Entry, request: ReplyRequest): { quote?: unknown } {
  if (request.quote === '') return {}
  const given = parseFormatted(request.quote, { parseMode: '', entities: request.quoteEntities })
  const { text, entities } = parseQuote(given)
  const whole = message.text ?? message.caption ?? ''
  const marks = (message.entities ?? message.caption_entities ?? []) as Entity[]
  const said = JSON.stringify(quotable(entities))
  const isThere = (at: number): boolean =>
    whole.startsWith(text, at) && JSON.stringify(quotable(cutOut(marks, at, text.length))) === said
  const wanted = Math.min(Math.max(0, request.quotePosition), Math.max(0, whole.length - 1))
  const places = Array.from({ length: whole.length }, (_, at) => at).filter(isThere)
  const position = places.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0]
  if (text === '' || position === undefined) throw badRequest('QUOTE_TEXT_INVALID')
  const kept = quotable(entities)
  return { quote: { text, ...(kept.length > 0 && { entities: kept }), position, is_manual: true } }
}

const inQuotes = 'bold italic underline strikethrough spoiler custom_emoji'.split(' ')

/** Of the marks those that a quote has. */
const quotable = (entities: readonly Entity[]): Entity[] =>
  fixEntities(entities.filter(({ type }) => inQuotes.includes(type)))

/** The marks over a part of a text, as far as they reach into it. */
const cutOut = (entities: readonly Entity[], from: number, length: number): Entity[] =>
  entities.flatMap(entity => {
    const offset = Math.max(entity.offset - from, 0)
    const end = Math.min(entity.offset + entity.length - from, length)
    return end > offset ? [{ ...entity, offset, length: end - offset }] : []
  })
