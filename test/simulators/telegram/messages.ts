import type { User } from 'grammy/types'
import type { ChatState } from './chats.ts'
import type { Entry, RawMessage } from './types.ts'
import type { World } from './world.ts'

export interface Draft {
  readonly author: User
  readonly thread?: number | undefined
  readonly replyTo?: Entry | undefined
  /** Reply into another chat or topic. */
  readonly external?: { readonly chat: ChatState; readonly entry: Entry } | undefined
  readonly quote?: unknown
  readonly markup?: unknown
  readonly service?: boolean
  /** The message opens a topic, whose id is that of the message. */
  readonly opensTopic?: boolean
  readonly fileId?: string | undefined
  readonly fields: Readonly<Record<string, unknown>>
}

/** Puts a message into a chat, under the chat's next id. */
export function addMessage(world: World, chat: ChatState, draft: Draft): Entry {
  const id = chat.counter.next()
  const message: RawMessage = {
    message_id: id,
    ...(chat.type === 'channel' ? { sender_chat: chat.toRaw() } : { from: draft.author }),
    chat: chat.toRaw(),
    date: world.clock.seconds(),
    ...threadFields(chat, draft),
    ...(draft.opensTopic && { message_thread_id: id, is_topic_message: true as const }),
    ...replyFields(chat, draft),
    ...(draft.quote !== undefined && { quote: draft.quote }),
    ...draft.fields,
    ...(draft.markup !== undefined && { reply_markup: draft.markup }),
  }
  const entry: Entry = {
    message,
    author: draft.author.id,
    service: draft.service ?? false,
    reactions: new Map(),
    edited: false,
    ...(draft.markup !== undefined && { markup: draft.markup }),
    ...(draft.fileId !== undefined && { fileId: draft.fileId }),
  }
  chat.entries.set(id, entry)
  return entry
}

function threadFields(chat: ChatState, { thread, replyTo }: Draft): Partial<RawMessage> {
  if (thread !== undefined) return { message_thread_id: thread, is_topic_message: true }
  // In a supergroup without topics an answer belongs to the thread of the message it answers.
  if (chat.type === 'supergroup' && !chat.forum && replyTo !== undefined)
    return { message_thread_id: replyTo.message.message_thread_id ?? replyTo.message.message_id }
  return {}
}

/** In a supergroup's topic, what answers nothing answers the message that opened the topic. */
function replyFields(chat: ChatState, { thread, replyTo, external }: Draft): Partial<RawMessage> {
  if (replyTo !== undefined) return { reply_to_message: withoutReply(replyTo.message) }
  if (external !== undefined) {
    const { message } = external.entry
    return {
      external_reply: {
        origin: { type: 'user', date: message.date, sender_user: message.from },
        chat: external.chat.toRaw(),
        message_id: message.message_id,
      },
    }
  }
  const opening = thread === undefined ? undefined : chat.entries.get(thread)
  if (chat.type === 'supergroup' && opening !== undefined)
    return { reply_to_message: withoutReply(opening.message) }
  return {}
}

/** As messages stand in other messages, and in the answers to edits. */
export const withoutReply = ({ reply_to_message: _, ...message }: RawMessage): RawMessage => message

/** The kind of update that a message in this chat comes as. */
export const updateKind = (chat: ChatState, edited = false): string =>
  `${edited ? 'edited_' : ''}${chat.type === 'channel' ? 'channel_post' : 'message'}`

/** A message that Telegram writes by itself: it takes an id, and the bot gets it as an update. */
export function addService(
  world: World,
  chat: ChatState,
  draft: Omit<Draft, 'service' | 'author'> & { author?: User },
): Entry {
  const entry = addMessage(world, chat, { author: world.bot, ...draft, service: true })
  if (chat.botStatus !== 'left' && chat.botStatus !== 'kicked')
    world.updates.push(updateKind(chat), entry.message)
  return entry
}
