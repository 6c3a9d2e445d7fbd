import { type Job, longDelay } from '../../outbox/index.ts'
import type { Store } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import type { ContentOf } from '../content.ts'
import { type BridgeEvent, isMessage, type MessageEvent, readEvent } from '../event.ts'
import { messageTopic } from '../topics.ts'
import type { CarrierOptions } from './attempt.ts'
import { isOutward } from './echo.ts'
import { addNotice, type NoticeTools } from './notice.ts'
import { addFailureReceipt } from './receipt.ts'

/** What it takes to tell of it. */
export type ShowOptions = NoticeTools & Pick<CarrierOptions, 'ownerChat' | 'now'>

const minute = 60_000
const hour = 60 * minute

/**
 * Tells of a job that is given up: under the owner's own message where it came from Telegram; else in the owner's chat,
 * once per chat and hour. Call it in a transaction.
 */
export const showFailure = (job: Job, problem: string, options: ShowOptions): void => {
  const event = readEvent(job.event)
  if (event?.kind === 'receipt') return
  if (event?.kind === 'message' && event.content.kind === 'notice') sayElsewhere(event.content, job, options)
  else if (event && networkOf(event.chat) === 'telegram') showBelow(event, { job, problem }, options)
  else showToOwner(event, { job, problem }, options)
}

/**
 * Tells the owner that something does not get through, and is tried on: once under their own message; of what comes from
 * WhatsApp in their own chat, of all of it once an hour. Call it in a transaction.
 */
export const showDelay = (job: Job, problem: string, options: ShowOptions): void => {
  const event = readEvent(job.event)
  if (!event || event.kind === 'receipt') return
  if (!isOutward(event, job)) showDelayToOwner(event, { job, problem }, options)
  else if (job.attempts === longDelay) showDelayBelow(event, { job, problem }, options)
}

/** Where Telegram fails at everything, many chats wait, and this is read when it is over. */
const showDelayToOwner = (
  event: BridgeEvent,
  { job, problem }: { job: Job; problem: string },
  options: ShowOptions,
): void => {
  const { store, now = Date.now } = options
  const chat = options.ownerChat()
  if (!chat || networkOf(event.chat) === 'telegram' || isLeftBehind(event, job, options)) return
  if (!store.chats.mayNotify(chat, now(), hour)) return
  const text = `${whatOf(event, store).words} cannot be shown in Telegram yet, and what is behind it waits: ${problem}. I try on for a day at most; wa2tg status counts what waits so`
  addNotice(options, { chat, text, now: now(), about: event.chat })
}

const showDelayBelow = (
  event: BridgeEvent,
  { job, problem }: { job: Job; problem: string },
  options: ShowOptions,
): void => {
  const { store, outbox, now = Date.now } = options
  const isNewFile = isMessage(event) && event.replaces !== undefined
  const waits = outbox.untouched(messageTopic(job.source), isNewFile ? 'certain' : 'unsent') !== undefined
  const others = isNewFile ? ', and the file before' : ''
  const way =
    isMessage(event) && waits ? `, or answer your message with /delete to take it back${others}` : ''
  const text = `${notDone(event, store.chats.displayName(job.target))} yet, and what you write there waits: ${problem}. I try on for a day at most${way}`
  const { id } = isMessage(event) ? whereSeen(event, { job, first: undefined }, options) : event.target
  addNotice(options, { chat: event.chat, text, replyTo: id, now: now() })
}

const notDone = (event: BridgeEvent, name: string): string =>
  isMessage(event)
    ? `Not delivered to ${name}`
    : `Not ${event.kind === 'join' ? 'joined' : `changed for ${name}`}`

/** What cannot be said where it is about, because nothing can, is said in the owner's chat. */
const sayElsewhere = ({ text, about }: ContentOf<'notice'>, { target }: Job, options: ShowOptions): void => {
  const { store, now = Date.now } = options
  const chat = options.ownerChat()
  if (chat === undefined || store.chats.resolve(chat) === store.chats.resolve(target)) {
    takeBack(about, options)
    return
  }
  const place = store.chats.displayName(target)
  const words = `I could not say this in the Telegram chat "${place}", where you wrote: ${text}`
  // Whoever answers it means whom they wrote to there.
  const whom = about ?? store.mappings.forSource(target)[0]?.whatsapp
  addNotice(options, { chat, text: words, now: now(), ...(whom !== undefined && { about: whom }) })
}

/** Nobody has read it: the next trouble with that chat is told, but not with each of many messages. */
const takeBack = (
  about: ContentOf<'notice'>['about'],
  { store, now = Date.now }: Pick<CarrierOptions, 'store' | 'now'>,
): void => {
  if (about !== undefined) store.chats.takeBackNotice(about, now() - hour + minute)
}

const showBelow = (
  event: BridgeEvent,
  { job, problem }: { job: Job; problem: string },
  options: ShowOptions,
): void => {
  const { store, now = Date.now } = options
  const name = store.chats.displayName(job.target)
  const missing = missingOf(event, store)
  // Its network is never asked what became of it (`Network.settle`): only the owner can look.
  const mayBeThere = job.unsure && isOutward(event, job)
  const text =
    isMessage(event) || isOutward(event, job)
      ? `${mayBeThere ? perhaps(notDone(event, name)) : notDone(event, name)}${missing?.words ?? ''}`
      : `Deleted in WhatsApp, but ${job.unsure ? 'perhaps ' : ''}not here`
  const shown = isMessage(event)
    ? whereSeen(event, { job, first: missing?.first }, options)
    : { id: event.target.id }
  const words = mayBeThere ? `${text}, but it may have arrived: ${problem}. ${look}` : `${text}: ${problem}`
  addNotice(options, { chat: event.chat, text: words, replyTo: shown.id, now: now() })
  if ('source' in shown && !mayBeThere) addFailureReceipt(shown, { ...options, now: now() })
}

const look = 'Look on the phone before you send anything again'

const perhaps = (not: string): string => `Perhaps ${not.charAt(0).toLowerCase()}${not.slice(1)}`

/** An album has a row of its own, but nobody sees that: the first picture that did not go stands for it. */
const whereSeen = (
  event: MessageEvent,
  { job: { source }, first }: { job: Job; first: string | undefined },
  { store }: ShowOptions,
): MessageEvent & { source: number } => {
  const id = first ?? (event.content.kind === 'album' ? event.content.items[0]?.id : undefined)
  if (id === undefined) return { ...event, source }
  const chat = store.chats.resolve(event.chat)
  const picture = store.links.find({ chat, id }, event.sender.person)
  return { ...event, id, source: picture?.key ?? source }
}

/** Which of an album's files did not go, where some did. */
const missingOf = (event: BridgeEvent, { links }: Pick<Store, 'links'>) => {
  if (!isMessage(event) || event.content.kind !== 'album') return undefined
  const { chat, sender, content } = event
  const { items } = content
  const missing = items.filter(({ id }) => {
    const known = links.find({ chat, id }, sender.person)
    return known === undefined || links.parts(known.key).length === 0
  })
  const [first] = missing
  if (first === undefined || missing.length === items.length) return undefined
  const numbers = missing.map(item => items.indexOf(item) + 1).join(', ')
  return { first: first.id, words: ` (${numbers} of ${items.length})` }
}

/** Nobody misses what others did with something in a chat that is mapped no more; but that it is not deleted there, they do. */
const isLeftBehind = (event: BridgeEvent, { target }: Job, { store }: ShowOptions): boolean =>
  !isMessage(event) && event.kind !== 'deletion' && store.mappings.forSource(target).length === 0

const showToOwner = (
  event: BridgeEvent | undefined,
  { job, problem }: { job: Job; problem: string },
  options: ShowOptions,
): void => {
  const { store, now = Date.now } = options
  const chat = options.ownerChat()
  if (!chat || (event && isLeftBehind(event, job, options))) return
  if (event && !store.chats.mayNotify(event.chat, now(), hour)) return
  const { words, where } = whatOf(event, store)
  const isThere = event && isMessage(event) && stands(job, store)
  const isInPart = isThere || event?.kind === 'edit'
  const shown = `could not be shown in Telegram${isInPart ? ' as it should be' : ''}`
  const done = event && !isMessage(event) ? 'been made' : 'arrived'
  const doubt = job.unsure ? `It may have ${done} or not. ` : ''
  const text = `${words} ${shown}: ${doubt}${problem}. ${where} on your phone; wa2tg status counts such messages`
  addNotice(options, { chat, text, now: now(), ...(event && { about: event.chat }) })
}

/** Whether some of a message stands there, or what holds its place, which it may have become. */
const stands = ({ source, target }: Job, { links, chats }: Pick<Store, 'links' | 'chats'>): boolean => {
  const isHere = (chat: ChatRef): boolean => chat === chats.resolve(target)
  return roles.some(role => links.parts(source, role, isHere).length > 0)
}

const roles = ['', 'album', 'placeholder', 'words'] as const

const whatOf = (event: BridgeEvent | undefined, { chats }: Pick<Store, 'chats'>) => {
  const name = event ? ` from ${chats.displayName(event.chat)}` : ''
  return event?.kind === 'message' && event.content.kind === 'joined'
    ? { words: `${event.content.items.length} messages${name}`, where: 'They are' }
    : {
        words: `${event && !isMessage(event) ? 'A change of a message' : 'A message'}${name}`,
        where: 'It is',
      }
}
