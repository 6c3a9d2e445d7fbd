import type { ChatState } from './chats.ts'
import type { Entity, Entry, RawMessage } from './types.ts'
import type { World } from './world.ts'

/** One message as a person sees it. */
export interface Seen {
  readonly id: number
  /** Seconds since 1970. */
  readonly date: number
  readonly from: { readonly id: number; readonly name: string; readonly isBot: boolean }
  /** `text`, `photo`, `voice`, … or `service`. */
  readonly kind: string
  /** The text or the caption. */
  readonly text: string
  readonly entities: readonly Entity[]
  readonly file?: SeenFile
  readonly location?: { readonly latitude: number; readonly longitude: number }
  readonly venue?: { readonly title: string; readonly address: string }
  readonly contact?: { readonly phone_number: string; readonly first_name: string }
  /** Id of the message it visibly answers. */
  readonly replyTo?: number
  readonly quote?: string
  readonly threadId?: number
  readonly mediaGroup?: string
  readonly edited: boolean
  readonly reactions: readonly { readonly userId: number; readonly emoji: string }[]
  /** Button texts, row by row. */
  readonly buttons: readonly (readonly string[])[]
}

export interface SeenFile {
  readonly id: string
  readonly name: string
  readonly mime: string
  /** Bytes. */
  readonly size: number
  readonly sha256: string
  /** Missing when the file is larger than the server keeps. */
  readonly content?: Uint8Array
}

export interface TranscriptOptions {
  /** Also what Telegram itself wrote, such as "topic created". */
  readonly service?: boolean
}

const kinds =
  'text animation photo video audio voice video_note sticker document venue location contact poll'.split(' ')

export const kindOf = (message: RawMessage): string => kinds.find(kind => kind in message) ?? 'service'

/** What a person sees in a chat now, oldest first; of one topic when `thread` is given. */
export function transcriptOf(
  world: World,
  chat: ChatState,
  { thread, service = false }: TranscriptOptions & { thread?: number } = {},
): Seen[] {
  return [...chat.entries.values()]
    .filter(entry => service || !entry.service)
    .filter(
      ({ message }) =>
        thread === undefined || (message.is_topic_message && message.message_thread_id === thread),
    )
    .toSorted((a, b) => a.message.message_id - b.message.message_id)
    .map(entry => see(world, entry))
}

function see(world: World, entry: Entry): Seen {
  const { message } = entry
  const { from, reply_to_message: replyTo } = message
  const implicit = replyTo !== undefined && 'forum_topic_created' in replyTo
  const keyboard = (entry.markup as { inline_keyboard?: { text: string }[][] } | undefined)?.inline_keyboard
  const file = entry.fileId === undefined ? undefined : world.files.byId(entry.fileId)
  return {
    id: message.message_id,
    date: message.date,
    from: {
      id: from?.id ?? entry.author,
      name: from?.first_name ?? String(message.sender_chat?.['title'] ?? ''),
      isBot: from?.is_bot ?? false,
    },
    kind: entry.service ? 'service' : kindOf(message),
    text: message.text ?? message.caption ?? '',
    entities: message.entities ?? message.caption_entities ?? [],
    ...(file !== undefined && { file: seeFile(file) }),
    ...pick(message, ['location', 'venue', 'contact']),
    ...(replyTo !== undefined && !implicit && { replyTo: replyTo.message_id }),
    ...(message['quote'] !== undefined && { quote: (message['quote'] as { text: string }).text }),
    ...(message.is_topic_message && { threadId: message.message_thread_id as number }),
    ...(message.media_group_id !== undefined && { mediaGroup: message.media_group_id }),
    edited: entry.edited,
    reactions: [...entry.reactions].flatMap(([userId, emojis]) => emojis.map(emoji => ({ userId, emoji }))),
    buttons: keyboard?.map(row => row.map(button => button.text)) ?? [],
  }
}

const seeFile = (file: {
  fileId: string
  name: string
  mime: string
  size: number
  sha256: string
  content?: Uint8Array
}): SeenFile => ({
  id: file.fileId,
  name: file.name,
  mime: file.mime,
  size: file.size,
  sha256: file.sha256,
  ...(file.content !== undefined && { content: file.content }),
})

const pick = (message: RawMessage, names: readonly string[]): object =>
  Object.fromEntries(names.flatMap(name => (name in message ? [[name, message[name]]] : [])))
