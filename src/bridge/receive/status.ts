import { type ChatRef, type MessageRef, networkOf } from '../chat-ref.ts'
import { answered, changedSince, gatheredIn, quotedFrom } from '../deliver/gathered.ts'
import type { ChangeEvent, MessageEvent } from '../event.ts'
import { isStatus } from '../status.ts'
import { onItsWay } from './on-its-way.ts'
import type { InboxOptions, ReceiveContext } from './reception.ts'
import type { Route } from './route.ts'
import { placeOfReceived } from './went-to.ts'

/**
 * Where an answer to somebody's status goes; undefined for everything else. Nothing is posted among the statuses themselves:
 * an answer goes to that person's own chat and quotes the status, as WhatsApp does it; what becomes of it is shown where
 * it was written.
 */
export const answerToStatus = (
  { chat, replyTo }: MessageEvent,
  context: Pick<ReceiveContext, 'store' | 'mappings' | 'layOut'>,
): Route | undefined => {
  const { store, mappings } = context
  if (!replyTo || networkOf(chat) !== 'telegram') return undefined
  const message = { chat, id: replyTo.id }
  const from = store.links.origin(message)
  if (from === undefined || !isStatus(from, store) || !mappings.some(each => each.whatsapp === from))
    return undefined
  // Of several texts in one message the last is meant; but in private nobody is to hear what was for somebody else.
  const items = gatheredIn(store.links.find(message), store)?.content.items ?? []
  const people = items.length > 0 ? items.map(({ person }) => person) : authorsOf(message, store)
  const several = countPeople(people, store) > 1
  const quoted = several ? quotedFrom(message, replyTo, context).map(({ person }) => person) : []
  const one = answered(message, replyTo, context)
  const isGone = one === 'gone' && (replyTo.seen !== undefined || !several)
  if (isGone) return { refusal: `Not sent: ${changedSince}. ${howToPick}` }
  if (one === 'gone' || (several && countPeople(quoted, store) !== 1)) return { refusal: severalPeople }
  const status = one ?? (several || items.length > 0 ? undefined : store.links.subject(message))
  return status?.author === undefined || status.me ? undefined : { target: status.author }
}

const countPeople = (people: readonly ChatRef[], { chats }: Pick<ReceiveContext['store'], 'chats'>): number =>
  new Set(people.map(person => chats.resolve(person))).size

/** Who wrote what a message of the bridge stands for. */
const authorsOf = (message: MessageRef, { links }: Pick<ReceiveContext['store'], 'links'>): ChatRef[] => {
  const shown = links.find(message)
  const sources = shown === undefined ? [] : links.sources(shown.key)
  return sources.flatMap(source => links.get(source)?.author ?? [])
}

const howToPick = 'Pick out words of the one whom you answer: hold the message, Reply, then Quote'
const severalPeople = `Not sent: several people speak in that message. ${howToPick}`

/**
 * The Telegram chat in which that stands which is changed in WhatsApp: maybe another one than its chat is mapped to by now. Of
 * what came from a chat that is mapped no more only deletions are carried across: nobody is to believe that it is gone. Of
 * a group that has become a supergroup since there is none: there its ids belong to other messages.
 */
export const standsIn = (
  event: ChangeEvent,
  tools: Pick<InboxOptions, 'store' | 'outbox' | 'isPart'>,
): ChatRef | undefined => {
  const { chat, target } = event
  if (networkOf(chat) !== 'whatsapp') return undefined
  const { links, mappings, chats } = tools.store
  const changed = links.subject({ chat, id: target.id }, target.person) ?? onItsWay(event, tools)
  if (changed === undefined) return undefined
  const isWritten = networkOf(changed.chat) === 'telegram'
  const place = isWritten ? changed.chat : placeOfReceived(changed, tools)
  if (place === undefined || networkOf(place) !== 'telegram' || chats.resolve(place) !== place)
    return undefined
  const isMapped = [chat, ...(isWritten ? [place] : [])].some(each => mappings.forSource(each).length > 0)
  return isMapped || event.kind === 'deletion' ? place : undefined
}
