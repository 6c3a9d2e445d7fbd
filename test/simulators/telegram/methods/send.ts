import { checkDelivery, findChat, findThread } from '../access.ts'
import { badRequest } from '../errors.ts'
import { parseMarkup } from '../markup.ts'
import { addMessage } from '../messages.ts'
import type { Query } from '../query.ts'
import { findReply, parseReply } from '../reply.ts'
import type { RawMessage } from '../types.ts'
import type { World } from '../world.ts'

export interface Content {
  readonly fields: Readonly<Record<string, unknown>>
  readonly fileId?: string
}

export interface Sending {
  /** As in `not enough rights to send photos to the chat`. */
  readonly kind: string
  /** Checks that TDLib makes, after chat, thread and reply: lengths, entity offsets, the file itself. */
  readonly finish: () => Content
}

/** What every send method does, in the server's order of checks; `parse` is what comes before the chat is looked at. */
export function send(world: World, query: Query, parse: () => Sending): RawMessage {
  return sendAll(world, query, () => [parse()])[0] as RawMessage
}

/** All messages of one call, or none. */
export function sendAll(world: World, query: Query, parse: () => readonly Sending[]): RawMessage[] {
  const parsed = parse()
  const request = parseReply(query)
  const { inline } = parseMarkup(query)
  const chat = findChat(world, query.text('chat_id'), 'write')
  const asked = findThread(world, chat, query.integer('message_thread_id'))
  const reply = findReply(world, chat, { request, thread: asked })
  // Without a thread of its own an answer goes into the topic of what it answers.
  const answered = reply.replyTo?.message
  const thread = asked ?? (answered?.is_topic_message ? answered.message_thread_id : undefined)
  const contents = parsed.map(sending => sending.finish())
  for (const { kind } of parsed) checkDelivery(chat, kind)
  const topic = thread === undefined ? undefined : chat.topics.get(thread)
  if (topic?.closed && !chat.botRights.can_manage_topics) throw badRequest('TOPIC_CLOSED')
  world.rates.take(chat, contents.length)
  return contents.map(
    ({ fields, fileId }) =>
      addMessage(world, chat, { author: world.bot, thread, ...reply, fields, fileId, markup: inline })
        .message,
  )
}
