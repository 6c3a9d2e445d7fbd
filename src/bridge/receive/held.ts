import { type ChatRef, networkOf } from '../chat-ref.ts'
import { addNotice, type NoticeTools } from '../deliver/notice.ts'
import { type BridgeEvent, isMessage } from '../event.ts'
import { addHeld, dropHeld, type Held, readHeld } from './held-rows.ts'
import type { InboxOptions } from './reception.ts'

type Tools = NoticeTools & Pick<InboxOptions, 'peerOf' | 'isSince' | 'ownerChat' | 'log'>

/**
 * Keeps back what the owner does with a message of the bridge that may stand in Telegram already, but whose link is not written:
 * its job is at work or in doubt. Without the link nobody knows which message of which chat is meant. What is said behind an
 * answer that waits, waits with it, and so does what is done with the same message. Call it in a transaction. Returns whether
 * it waits.
 */
export const holdBack = (event: BridgeEvent, tools: Tools, now: number): boolean => {
  if (networkOf(event.chat) !== 'telegram') return false
  const before = readHeld(tools.store).held
  const jobs = mayHaveSent(event, tools)
  if (jobs.length === 0 && !before.some(held => goesBehind(event, held.event, tools))) return false
  addHeld({ event, jobs, at: now, messageId: tools.newMessageId('whatsapp') }, tools.store)
  return true
}

/** Whether what was kept back at that time, in milliseconds since 1970, in that chat, has waited for long enough. */
export type IsOver = (at: number, chat: ChatRef) => boolean

/**
 * Takes out what need not wait any more, in the order in which it came: none of its jobs is in doubt, or `isOver` says of the time
 * at which it was kept back, and of its chat, that this was long enough. What is damaged goes as well. Call it in a transaction. Returns also
 * whether there was any.
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
    const waits = !isOver(each.at, each.event.chat) && each.jobs.some(job => inDoubt.has(job))
    const stays = waits || staying.some(({ event }) => goesBehind(each.event, event, tools))
    ;(stays ? staying : released).push(each)
  }
  dropHeld([...damaged, ...released.map(({ id }) => id)], store)
  return { released, found: damaged.length + released.length > 0 }
}

const tellOfDamage = (damaged: readonly string[], { log, ownerChat, ...tools }: Tools, now: number): void => {
  log.error({ count: damaged.length }, 'What was kept back was damaged on disk')
  const chat = ownerChat?.()
  if (chat !== undefined) addNotice(tools, { chat, text: spoilt, now })
}

const spoilt =
  'The disk has spoilt something that you did in Telegram and that was still to go to WhatsApp. Look there for what is missing, and check the disk'

/** Of some changes Telegram does not say in which topic their message stands: its link does, once it is written. */
export const placed = (event: BridgeEvent, tools: Pick<Tools, 'store' | 'peerOf'>): BridgeEvent => {
  if (isMessage(event)) return event
  return { ...event, chat: chatsOf(event, event.target.id, tools)[0] ?? event.chat }
}

/** The message that an event is about, where that may be one of the bridge's. */
const namedIn = (event: BridgeEvent): string | undefined => {
  if (isMessage(event)) return event.replyTo?.byBridge ? event.replyTo.id : undefined
  return event.kind === 'edit' || event.target.byBridge === false ? undefined : event.target.id
}

/** The jobs that may have sent the message that an event names, where nobody knows which one did. */
const mayHaveSent = (event: BridgeEvent, tools: Tools): number[] => {
  const id = namedIn(event)
  return id === undefined || chatsOf(event, id, tools).length > 0 ? [] : jobsInDoubt(event, id, tools)
}

/** The chat, or topics of it, in which a message with this id is known. */
const chatsOf = (
  { chat }: BridgeEvent,
  id: string,
  { store, peerOf = same }: Pick<Tools, 'store' | 'peerOf'>,
) => store.links.chatsWith(id).filter(each => peerOf(each) === peerOf(chat))

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

const goesBehind = (event: BridgeEvent, first: BridgeEvent, { peerOf = same }: Tools): boolean => {
  if (isMessage(event) && isMessage(first) && event.chat === first.chat) return true
  if (isMessage(event) || peerOf(event.chat) !== peerOf(first.chat)) return false
  const { id } = event.target
  return id === first.id || (!isMessage(first) && id === first.target.id)
}

const same = (chat: string): string => chat
