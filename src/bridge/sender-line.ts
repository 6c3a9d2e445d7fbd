import type { Chats, Store } from '../store/index.ts'
import { type ChatRef, networkOf } from './chat-ref.ts'
import type { BridgeEvent } from './event.ts'

/**
 * The line above a message in Telegram that says who speaks, where the chat does not say it already: in groups the
 * person, in a Telegram chat that shows other WhatsApp chats also which one, and `You` for what the owner typed on the
 * phone. What has waited for a Telegram chat may come when that shows another one alone. Towards WhatsApp there is none:
 * everything there is said in the owner's own name.
 */
export const senderLine = (
  event: BridgeEvent,
  target: ChatRef,
  { chats, mappings }: Pick<Store, 'chats' | 'mappings'>,
): string | undefined => {
  if (networkOf(event.chat) === networkOf(target) || networkOf(target) !== 'telegram') return undefined
  const chatName = cleanName(chats.displayName(event.chat))
  const chat = chats.resolve(event.chat)
  const isShared = mappings.forSource(target).some(({ whatsapp }) => whatsapp !== chat)
  if (event.sender.me) return isShared ? `You → ${chatName}` : 'You'
  if (!isGroup(event, chats)) return isShared ? chatName : undefined
  const name = cleanName(chats.displayName(event.sender.person))
  return isShared ? `${name} (${chatName})` : name
}

const isGroup = (event: BridgeEvent, chats: Chats): boolean => {
  const kind = chats.get(event.chat)?.kind
  return kind ? kind === 'group' || kind === 'broadcast' : event.sender.person !== event.chat
}

/** Names are what strangers typed: one line, no direction tricks, not endless. */
const cleanName = (name: string): string =>
  Array.from(
    name
      .replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
      .replaceAll(/[\p{Cc}\s]+/gu, ' ')
      .trim(),
  )
    .slice(0, 64)
    .join('') || 'Unknown'
