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
  const iconColor = color === undefined || color === 0 ? colors[chat.topics.size % colors.length] : color
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

export const isIconColor = (color: number): boolean => colors.some(known => known === color)
