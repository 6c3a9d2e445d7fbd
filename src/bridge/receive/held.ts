import type { Store } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import { addNotice, type NoticeTools } from '../deliver/notice.ts'
import { type BridgeEvent, isMessage, readEvent } from '../event.ts'
import type { Arrival } from '../network.ts'
import { addHeld, type Held, readHeld } from './held-rows.ts'
import type { InboxOptions } from './reception.ts'
import { answerToStatus } from './status.ts'
import { chatsWith } from './whereabouts.ts'

type Tools = NoticeTools & Pick<InboxOptions, 'peerOf' | 'isSince' | 'isPart' | 'ownerChat' | 'log'>

/**
 * Keeps back what is done with a message of the bridge whose link is not written: its job is at work or in doubt.
 * Without the link nobody knows which message of which chat is meant in Telegram, nor in WhatsApp which picture of an
 * album. What is said behind an answer that waits, waits with it, and so does what is done with the same message; and
 * what comes before the message that it is about waits for that. Call it in a transaction. Returns whether it waits.
 */
export const holdBack = (
  { event, raw, isAhead: mayBeAhead = false }: Arrival,
  tools: Tools,
  { now, early }: { now: number; early: number | undefined },
): boolean => {
  const isOurs = networkOf(event.chat) === 'telegram'
  if (!isOurs && isMessage(event)) return false
  const before = readHeld(tools.store).held
  const jobs = isOurs ? mayHaveSent(event, tools) : albumOf(event, tools)
  const isAhead = mayBeAhead && isUnknown(event, tools)
  if (jobs.length === 0 && !isAhead && !before.some(held => goesBehind(event, held.event, tools)))
    return false
  const row = { event, jobs, isAhead, at: now, messageId: tools.newMessageId('whatsapp') }
  const isMeant = early === undefined
  const to = isOurs ? { to: (isMeant && mappedTo(event.chat, tools.store)) || null } : {}
  addHeld({ ...row, ...to, ...(raw !== undefined && { raw }) }, tools.store)
  return true
}

/** The WhatsApp chat to which words go from a Telegram chat, as it is mapped now. */
const mappedTo = (chat: ChatRef, { mappings }: Pick<Store, 'mappings'>): ChatRef | undefined =>
  mappings.forSource(chat).find(({ toTelegramOnly }) => !toTelegramOnly)?.whatsapp

/**
 * Whether what was kept back would now go to somebody to whom it was not written. An answer to a status goes to whoever
 * posted that, whatever is mapped.
 */
export const isForAnother = (
  { event, to }: Held,
  { store, ...tools }: Pick<InboxOptions, 'store' | 'layOut'>,
): boolean => {
  const now = mappedTo(event.chat, store)
  if (!isMessage(event) || to === undefined || now === undefined) return false
  const mappings = store.mappings.forSource(event.chat)
  if (answerToStatus(event, { ...tools, store, mappings })) return false
  return to === null || store.chats.resolve(to) !== now
}

/**
 * Whether what was kept back at that time, in milliseconds since 1970, in that chat, has waited for long enough; `most`: so many
 * milliseconds are.
 */
export type IsOver = (at: number, chat: ChatRef, most?: number) => boolean

/** Milliseconds for which what came before its message waits for that: most often it never was for the bridge. */
const mostAhead = 60_000

/**
 * Takes out what need not wait any more, in the order in which it came: none of its jobs is in doubt, or `isOver` says
 * of the time at which it was kept back, and of its chat, that this was long enough. What is damaged goes as well. Call
 * it in a transaction. Returns also whether there was any.
 */
export const takeReleased = (
  tools: Tools,
  isOver: IsOver,
  now: number,
): { released: Held[]; found: boolean } => {
  const { store, outbox } = tools
  const { held, damaged } = readHeld(store)
  if (damaged.length > 0) tellOfDamage(damaged, tools, now)
  const inDoubt = new Set(held.length > 0 ? outbox.inDoubt().map(({ id }) => id) : [])
  const staying: Held[] = []
  const released: Held[] = []
  for (const each of held) {
    // Sent again, an album shows which pictures it has, whenever that is: nobody has to guess.
    const mayEnd = networkOf(each.event.chat) === 'telegram'
    const isLate = mayEnd && isOver(each.at, each.event.chat)
    const isEarly =
      each.isAhead === true && isUnknown(each.event, tools) && !isOver(each.at, each.event.chat, mostAhead)
    const waits = !isLate && (isEarly || each.jobs.some(job => inDoubt.has(job)))
    const stays = waits || staying.some(({ event }) => goesBehind(each.event, event, tools))
    ;(stays ? staying : released).push(each)
  }
  store.held.drop([...damaged, ...released.map(({ id }) => id)])
  return { released, found: damaged.length + released.length > 0 }
}

const tellOfDamage = (damaged: readonly string[], { log, ownerChat, ...tools }: Tools, now: number): void => {
  log.error({ count: damaged.length }, 'What was kept back was damaged on disk')
  const chat = ownerChat?.()
  if (chat !== undefined) addNotice(tools, { chat, text: spoilt, now })
}

const spoilt =
  'The disk has spoilt something that was still to be passed on: what you did in Telegram, or what was done in WhatsApp with pictures of yours. Look in both for what is missing, and check the disk'

/** The message that an event is about, where that may be one of the bridge's. */
const namedIn = (event: BridgeEvent): string | undefined => {
  if (isMessage(event)) return event.replyTo?.byBridge ? event.replyTo.id : undefined
  return event.kind === 'edit' || event.target.byBridge === false ? undefined : event.target.id
}

/** Whether nothing is known of the message that a change is about. */
const isUnknown = (event: BridgeEvent, tools: Tools): boolean =>
  !isMessage(event) && chatsWith({ chat: event.chat, id: event.target.id }, tools).length === 0

/** The jobs that may have sent the message that an event names, where nobody knows which one did. */
const mayHaveSent = (event: BridgeEvent, tools: Tools): number[] => {
  const id = namedIn(event)
  return id === undefined || chatsWith({ chat: event.chat, id }, tools).length > 0
    ? []
    : jobsInDoubt(event, id, tools)
}

/**
 * The album that is on its way, of which one picture is changed in WhatsApp. What comes of a deletion is written with
 * the link (`deliver/taken-back.ts`); receipts come by the dozen, and are worth no waiting.
 */
const albumOf = (event: BridgeEvent, { store, outbox, isPart }: Tools): number[] => {
  if (event.kind !== 'edit' && event.kind !== 'reaction' && event.kind !== 'pin') return []
  const { chat, target } = event
  if (store.links.find({ chat, id: target.id }) !== undefined) return []
  const job = outbox.sending(chat, target.id, isPart)
  const carried = job && readEvent(job.event)
  return job && carried && isMessage(carried) && carried.content.kind === 'album' ? [job.id] : []
}

const jobsInDoubt = (
  { chat }: BridgeEvent,
  id: string,
  { outbox, peerOf = same, isSince = () => true }: Tools,
): number[] =>
  outbox
    .inDoubt()
    .filter(
      ({ target, mark }) => peerOf(target) === peerOf(chat) && (mark === null || isSince({ chat, id }, mark)),
    )
    .map(job => job.id)

const goesBehind = (event: BridgeEvent, first: BridgeEvent, { peerOf = same, store }: Tools): boolean => {
  if (isMessage(event) && isMessage(first) && event.chat === first.chat) return true
  // A number may have become a LID since; a group that became a supergroup has other ids there.
  const chatOf = ({ chat }: BridgeEvent) =>
    networkOf(chat) === 'whatsapp' ? store.chats.resolve(chat) : chat
  if (isMessage(event) || peerOf(chatOf(event)) !== peerOf(chatOf(first))) return false
  const { id } = event.target
  return id === first.id || (!isMessage(first) && id === first.target.id)
}

const same = (chat: string): string => chat
