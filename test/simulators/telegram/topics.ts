import type { User } from 'grammy/types'
import type { ChatState, Topic } from './chats.ts'
import { addService } from './messages.ts'
import type { World } from './world.ts'

const colors = [7322096, 16766590, 13338331, 9367192, 16749490, 16478047] as const

interface TopicInit {
  readonly name: string
  readonly author?: User | undefined
  readonly color?: number
  readonly emoji?: string
}

/** Opens a topic; its id is that of the service message which says so. Names are cut at 128 characters. */
export function openTopic(world: World, chat: ChatState, { name, author, color, emoji }: TopicInit): Topic {
  const iconColor = colors.find(known => known === color) ?? colors[chat.topics.size % colors.length]
  const shown = [...name].slice(0, 128).join('')
  const fields = {
    forum_topic_created: {
      name: shown,
      icon_color: iconColor,
      ...(emoji !== undefined && { icon_custom_emoji_id: emoji }),
    },
  }
  const entry = addService(world, chat, {
    fields,
    ...(author !== undefined && { author }),
    opensTopic: true,
  })
  const topic: Topic = {
    id: entry.message.message_id,
    name: shown,
    iconColor: iconColor ?? colors[0],
    closed: false,
    deleted: false,
    ...(emoji !== undefined && { iconEmoji: emoji }),
  }
  chat.topics.set(topic.id, topic)
  return topic
}

/** A deleted topic takes its messages along. */
export function removeTopic(chat: ChatState, topic: Topic): void {
  topic.deleted = true
  for (const [id, { message }] of chat.entries)
    if (message.is_topic_message && message.message_thread_id === topic.id) chat.entries.delete(id)
}
