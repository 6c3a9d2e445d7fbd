import type { Message, User } from 'grammy/types'
import type { BridgeEvent, Content, MessageEvent, Sender } from '../bridge/event.ts'
import type { ChatKind, KnownChat } from '../bridge/network.ts'
import { placeRef } from './address.ts'
import { parseContent } from './parse/content.ts'
import { personRef, placeOfMessage } from './parse/place.ts'
import { parseReply, quoteOutside } from './parse/reply.ts'
import { versionOf } from './parse/version.ts'

export { personRef, placeOfMessage } from './parse/place.ts'

export interface ParseOptions {
  readonly bot: { readonly id: number }
  /** Photos and films under a spoiler are to be seen once. */
  readonly spoilersOnce?: boolean
}

/** What arrived, and which version of its message that is (`parse/version.ts`). */
export interface Versioned<E extends BridgeEvent = BridgeEvent> {
  readonly event: E
  readonly version: string
}

/** An owner's message as an event; undefined for service messages, which are nobody's words. */
export const parseMessage = (
  message: Message,
  options: ParseOptions,
): Versioned<MessageEvent> | undefined => {
  const said = parseSaid(message, options)
  if (said === undefined) return undefined
  const replyTo = parseReply(message, options.bot)
  const event: MessageEvent = {
    ...headOf(message),
    kind: 'message',
    content: said,
    ...(replyTo && { replyTo }),
    ...(message.forward_origin && { forwarded: true }),
    ...(isOfAlbum(message, said) && { album: { id: `album.${message.media_group_id}` } }),
  }
  return { event, version: versionOf(said) }
}

/** What a message carries, below the words that it answers from elsewhere. */
export const parseSaid = (message: Message, { spoilersOnce }: ParseOptions): Content | undefined => {
  const content = parseContent(message)
  const said = content && quoteOutside(message, content)
  return spoilersOnce && message.has_media_spoiler && said?.kind === 'media'
    ? { ...said, media: { ...said.media, viewOnce: true } }
    : said
}

/** What every event of a message begins with. */
export const headOf = (message: Message) => ({
  version: 1 as const,
  chat: placeRef(placeOfMessage(message)),
  id: String(message.message_id),
  sender: senderOf(message),
  sentAt: message.date * 1000,
})

/** Whoever acts in the name of a group is taken for that. */
export const senderOf = ({ from, chat }: { from?: User | undefined; chat: { id: number } }): Sender => ({
  person: from ? personRef(from.id) : placeRef({ chatId: chat.id }),
  ...(from && { name: nameOf(from) }),
  me: true,
})

/** WhatsApp has albums of photos and films alone; other files of a group go one by one. */
const isOfAlbum = ({ media_group_id: group }: Message, content: Content): boolean =>
  group !== undefined && content.kind === 'media' && (content.as === 'image' || content.as === 'video')

export const nameOf = ({ first_name, last_name }: { first_name: string; last_name?: string }): string =>
  last_name === undefined ? first_name : `${first_name} ${last_name}`

const kinds: Readonly<Record<Message['chat']['type'], ChatKind>> = {
  private: 'person',
  group: 'group',
  supergroup: 'group',
  channel: 'channel',
}

/** What a message tells about the chat it stands in. */
export const parseChat = (message: Message): KnownChat => {
  const { chat } = message
  return {
    chat: placeRef(placeOfMessage(message)),
    kind: kinds[chat.type],
    name: chat.type === 'private' ? nameOf(chat) : chat.title,
    lastActivity: message.date * 1000,
  }
}
