import { networkOf } from '../chat-ref.ts'
import { type BridgeEvent, isMessage, parseEvent } from '../event.ts'
import { parseStored } from '../stored-json.ts'
import type { InboxOptions } from './reception.ts'

/** What waits until it is known what it is about. */
interface Held {
  readonly id: string
  readonly event: BridgeEvent
  /** The jobs one of which may have sent the message that it names. */
  readonly jobs: readonly number[]
  /** Milliseconds since 1970. */
  readonly at: number
}

type Tools = Pick<InboxOptions, 'store' | 'outbox' | 'peerOf' | 'log'>

const ROWS = 'event'

/**
 * Keeps back what the owner does with a message of the bridge that may stand in Telegram already, but whose link is not written:
 * its job is at work or in doubt. Without the link nobody knows which message of which chat is meant. What is said behind an
 * answer that waits, waits with it, and so does what is done with the same message. Call it in a transaction. Returns whether
 * it waits.
 */
export const holdBack = (event: BridgeEvent, tools: Tools, now: number): boolean => {
  if (networkOf(event.chat) !== 'telegram') return false
  const session = tools.store.session('held')
  const before = readHeld(tools)
  const jobs = isUnknown(event, tools) ? jobsInDoubt(event, tools) : []
  if (jobs.length === 0 && !before.some(held => goesBehind(event, held.event, tools))) return false
  const id = String(Number(before.at(-1)?.id ?? 0) + 1)
  session.set([{ type: ROWS, id, value: JSON.stringify({ event, jobs, at: now }) }])
  return true
}

/**
 * Takes out what need not wait any more, in the order in which it came: none of its jobs is in doubt, or `isOver` says of the time
 * at which it was kept back that this was long enough. Call it in a transaction.
 */
export const takeReleased = (tools: Tools, isOver: (at: number) => boolean): BridgeEvent[] => {
  const held = readHeld(tools)
  if (held.length === 0) return []
  const { store, outbox } = tools
  const inDoubt = new Set(outbox.inDoubt().map(({ id }) => id))
  const staying: Held[] = []
  const released: Held[] = []
  for (const each of held) {
    const waits = !isOver(each.at) && each.jobs.some(job => inDoubt.has(job))
    const stays = waits || staying.some(({ event }) => goesBehind(each.event, event, tools))
    ;(stays ? staying : released).push(each)
  }
  store.session('held').set(released.map(({ id }) => ({ type: ROWS, id, value: null })))
  return released.map(({ event }) => placed(event, tools))
}

/** Of some changes Telegram does not say in which topic their message stands: its link does, once it is written. */
const placed = (event: BridgeEvent, tools: Tools): BridgeEvent => {
  if (isMessage(event)) return event
  return { ...event, chat: chatsOf(event, event.target.id, tools)[0] ?? event.chat }
}

const readHeld = ({ store, log }: Pick<Tools, 'store' | 'log'>): Held[] => {
  const session = store.session('held')
  return [...session.list(ROWS)].flatMap(({ id, value }) => {
    try {
      const { event, jobs, at } = parseStored(value) as Omit<Held, 'id'>
      return [{ id, event: parseEvent(JSON.stringify(event)), jobs, at }]
    } catch (error) {
      log.error({ err: error }, 'What was kept back could not be read, and is left out')
      session.set([{ type: ROWS, id, value: null }])
      return []
    }
  })
}

/** The message that an event is about, where that may be one of the bridge's. */
const namedIn = (event: BridgeEvent): string | undefined => {
  if (isMessage(event)) return event.replyTo?.byBridge ? event.replyTo.id : undefined
  return event.kind === 'edit' || event.target.byBridge === false ? undefined : event.target.id
}

const isUnknown = (event: BridgeEvent, tools: Tools): boolean => {
  const id = namedIn(event)
  return id !== undefined && chatsOf(event, id, tools).length === 0
}

/** The chat, or topics of it, in which a message with this id is known. */
const chatsOf = ({ chat }: BridgeEvent, id: string, { store, peerOf = same }: Tools) =>
  store.links.chatsWith(id).filter(each => peerOf(each) === peerOf(chat))

const jobsInDoubt = ({ chat }: BridgeEvent, { outbox, peerOf = same }: Tools): number[] =>
  outbox
    .inDoubt()
    .filter(({ target }) => peerOf(target) === peerOf(chat))
    .map(({ id }) => id)

const goesBehind = (event: BridgeEvent, first: BridgeEvent, { peerOf = same }: Tools): boolean => {
  if (isMessage(event) && isMessage(first) && event.chat === first.chat) return true
  if (isMessage(event) || peerOf(event.chat) !== peerOf(first.chat)) return false
  const { id } = event.target
  return id === first.id || (!isMessage(first) && id === first.target.id)
}

const same = (chat: string): string => chat
