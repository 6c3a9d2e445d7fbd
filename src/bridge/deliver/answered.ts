import type { StoredMessage } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import type { MessageEvent } from '../event.ts'
import type { StandIn } from '../network.ts'
import { isStatus } from '../status.ts'
import type { AttemptContext } from './attempt.ts'
import { answered, standInFor, toolsFor } from './gathered.ts'

/** What stands in the target chat for the message that one answers; undefined when nothing does. */
export const findReplyTarget = (
  { chat, replyTo }: MessageEvent,
  target: ChatRef,
  context: Pick<AttemptContext, 'store' | 'network'>,
): StandIn | undefined => {
  const { store } = context
  if (!replyTo) return undefined
  if (chat === target) return { id: replyTo.id, fromMe: false, byBridge: false }
  const { links, chats } = store
  const person = replyTo.person && chats.resolve(replyTo.person)
  const message = { chat, id: replyTo.id }
  const origin = networkOf(target) === 'whatsapp' ? links.origin(message) : undefined
  // A status is answered in the chat of whoever posted it.
  const there = origin && isStatus(origin, store) ? origin : target
  const one = answered(message, replyTo, toolsFor(chat, context))
  if (one === 'gone') return undefined
  const answers = links.find(message, person)
  const stored = one ?? newest(answers, there, context) ?? links.counterpart(message, there, person)
  // Nobody is to see whose other statuses the owner sees: the text that was answered may have gone since.
  if (stored === undefined || (there !== target && stored.author !== target)) return undefined
  const standIn = standInFor(answers, stored, toolsFor(target, context))
  return there === target ? standIn : { ...standIn, chat: there }
}

/** Of what the owner sent to WhatsApp, and gave another file since, that file. */
const newest = (
  message: StoredMessage | undefined,
  there: ChatRef,
  { store, network }: Pick<AttemptContext, 'store' | 'network'>,
): StoredMessage | undefined => {
  if (message === undefined || networkOf(there) !== 'whatsapp') return undefined
  const [first, ...rest] = store.links.standIns(message.key, there)
  const isOf = (part: StoredMessage, start: StoredMessage): boolean =>
    network('whatsapp').isPart?.(part.id, start.id) ?? true
  return first && rest.reduce((start, part) => (isOf(part, start) ? start : part), first)
}
