import type { MessageEntity, User } from 'grammy/types'

export type Entity = MessageEntity

/** Text with its entities; offsets and lengths in UTF-16 code units. */
export interface FormattedText {
  readonly text: string
  readonly entities: readonly Entity[]
}

export interface RawChat {
  readonly id: number
  readonly type: 'private' | 'group' | 'supergroup' | 'channel'
  readonly [field: string]: unknown
}

/** A Bot API Message while the simulator works on it; handed out as grammY's `Message`. */
export interface RawMessage {
  message_id: number
  date: number
  chat: RawChat
  from?: User
  sender_chat?: RawChat
  message_thread_id?: number
  is_topic_message?: true
  reply_to_message?: RawMessage
  edit_date?: number
  text?: string
  entities?: readonly Entity[]
  caption?: string
  caption_entities?: readonly Entity[]
  reply_markup?: unknown
  media_group_id?: string
  [field: string]: unknown
}

/** A message as the server keeps it: the Bot API object, and what only a person sees. */
export interface Entry {
  message: RawMessage
  /** User id of the author; the bot's own messages carry the bot's id. */
  readonly author: number
  readonly service: boolean
  /** Emoji by user id. */
  readonly reactions: Map<number, string[]>
  /** Inline keyboard, if any. */
  markup?: unknown
  /** Id of the uploaded file shown by this message. */
  fileId?: string
  edited: boolean
  livePeriodEnds?: number
}

export interface BotRights {
  can_manage_topics?: boolean
  can_delete_messages?: boolean
  can_pin_messages?: boolean
}
