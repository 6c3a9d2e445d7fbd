import { type ChatRef, type MessageRef, networkOf } from '../chat-ref.ts'
import { type BridgeEvent, isMessage } from '../event.ts'
import type { InboxOptions } from './reception.ts'

type Tools = Pick<InboxOptions, 'store' | 'peerOf'>

/** The chat itself, or the topics of it, in which a message with this id is known. */
export const chatsWith = ({ chat, id }: MessageRef, { store, peerOf = same }: Tools): ChatRef[] =>
  store.links.chatsWith(id).filter(each => peerOf(each) === peerOf(chat))

/**
 * A message by the place where it is known. Whoever names it may say less: of a reaction Telegram tells the group alone, and where
 * topics are switched off, what is written there stands in none, but may answer what still stands in one.
 */
export const whereabouts = (message: MessageRef, tools: Tools): MessageRef => {
  const known = chatsWith(message, tools)
  return known.includes(message.chat) ? message : { ...message, chat: known[0] ?? message.chat }
}

/** A change of the owner's where its message stands. */
export const placed = (event: BridgeEvent, tools: Tools): BridgeEvent => {
  const { chat } = event
  if (isMessage(event) || networkOf(chat) !== 'telegram') return event
  return { ...event, chat: whereabouts({ chat, id: event.target.id }, tools).chat }
}

const same = (chat: string): string => chat
