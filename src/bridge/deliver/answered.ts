import type { Store } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import type { MessageEvent } from '../event.ts'
import type { StandIn } from '../network.ts'
import { isStatus } from '../status.ts'
import { standInOf } from './attempt.ts'
import { answered, wordsIn } from './joined.ts'

/** What stands in the target chat for the message that one answers; undefined when nothing does. */
export const findReplyTarget = (
  { chat, replyTo }: MessageEvent,
  target: ChatRef,
  store: Store,
): StandIn | undefined => {
  if (!replyTo) return undefined
  if (chat === target) return { id: replyTo.id, fromMe: false, byBridge: false }
  const { links, chats } = store
  const person = replyTo.person && chats.resolve(replyTo.person)
  const message = { chat, id: replyTo.id }
  const origin = networkOf(target) === 'whatsapp' ? links.origin(message) : undefined
  // A status is answered in the chat of whoever posted it.
  const there = origin && isStatus(origin, store) ? origin : target
  const one = answered(message, { quote: replyTo.quote, chat: there, store })
  const stored = one ?? links.counterpart(message, there, person)
  // Nobody is to see whose other statuses the owner sees: the text that was answered may have gone since.
  if (stored === undefined || (there !== target && stored.author !== target)) return undefined
  const standIn = standInOf(stored, wordsIn(stored, links.find(message, person), store))
  return there === target ? standIn : { ...standIn, chat: there }
}
