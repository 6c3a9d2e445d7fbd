import type { Log } from '../outbox/index.ts'
import type { Mapping, Store } from '../store/index.ts'
import { type ChatRef, type NetworkName, networkOf } from './chat-ref.ts'
import { addNotice, type NoticeTools } from './deliver-notice.ts'
import type { BridgeEvent } from './event.ts'
import type { Arrival, FindRaw, Inbox, NetworkStatus } from './network.ts'

export interface InboxOptions extends NoticeTools {
  /** Whose inbox it is. */
  readonly network: NetworkName
  /** Jobs were committed. */
  wake(): void
  /** The network's status changed. */
  changed(network: NetworkName, status: NetworkStatus): void
  readonly log: Log
  readonly now?: () => number
}

/**
 * Story 1: what arrived becomes committed jobs.
 *
 * For each arrival, in one transaction for all of them: learn who is who, find the mapping, see that it is new (the same
 * message may come twice, under two addresses, or as the echo of what the bridge sent itself), remember it, add the job.
 */
export const makeInbox = (options: InboxOptions): Inbox => {
  const { store, network, wake, log, now = Date.now } = options
  return {
    receive(arrivals, alongside) {
      const added = store.transaction(() => {
        const results = arrivals.map(arrival => receiveOne(arrival, options, now()))
        alongside?.()
        return results
      })
      log.debug({ network, results: added }, 'Received')
      if (added.some(result => result === 'job' || result === 'refused')) wake()
    },
    learn(known) {
      store.chats.learn(known)
    },
    changed(status) {
      options.changed(network, status)
    },
  }
}

type Result = 'job' | 'refused' | 'unmapped' | 'echo' | 'duplicate'

const receiveOne = (arrival: Arrival, options: InboxOptions, now: number): Result => {
  const { store, outbox } = options
  const event = learn(arrival, store, now)
  const { chat, id, sender } = event
  const mappings = store.mappings.forSource(chat)
  if (mappings.length === 0) return 'unmapped'
  if (sender.me && outbox.isOwn(chat, id)) return 'echo'
  const raw = arrival.raw !== undefined && { raw: arrival.raw }
  const source = store.links.remember({ chat, id, author: sender.person, me: sender.me, ...raw }, now)
  if (source === undefined) return 'duplicate'

  const { target, refusal } = route(event, mappings, store)
  if (refusal !== undefined) {
    addNotice(options, { chat, text: refusal, replyTo: id, now })
    return 'refused'
  }
  outbox.add(
    {
      lane: chat,
      target,
      source,
      messageId: options.newMessageId(networkOf(target)),
      event: JSON.stringify(event),
    },
    now,
  )
  return 'job'
}

/** Records who takes part, and returns the event with every ref in its canonical form. */
const learn = ({ event, aliases, senderAliases }: Arrival, store: Store, now: number): BridgeEvent => {
  const { chats } = store
  const chat = chats.learn({
    chat: event.chat,
    ...(aliases && { aliases }),
    lastActivity: Math.min(event.sentAt, now),
  })
  const { me, name } = event.sender
  const known = chats.resolve(event.sender.person, senderAliases)
  const person = name && !me ? chats.learn({ chat: known, pushName: name }) : known
  const { replyTo } = event
  return {
    ...event,
    chat: chats.resolve(chat),
    sender: { ...event.sender, person },
    ...(replyTo && {
      replyTo: { ...replyTo, ...(replyTo.person && { person: chats.resolve(replyTo.person) }) },
    }),
  }
}

type Route =
  | { readonly target: ChatRef; readonly refusal?: never }
  | { readonly target?: never; readonly refusal: string }

/**
 * Where an event goes. An answer goes to the one two-way mapping of its Telegram chat, but never to somebody else than
 * the message it answers came from.
 */
const route = (event: BridgeEvent, mappings: readonly Mapping[], store: Store): Route => {
  const [first] = mappings
  if (networkOf(event.chat) === 'whatsapp') {
    return first ? { target: first.telegram } : { refusal: 'This chat is not mapped' }
  }
  const { content } = event
  // It stands for what cannot cross: words about a poll are no message to somebody else.
  if (content.kind === 'placeholder') return { refusal: `Not sent: "${content.label}" cannot go to WhatsApp` }
  const origin = event.replyTo && store.links.origin({ chat: event.chat, id: event.replyTo.id })
  const asked = origin && networkOf(origin) === 'whatsapp' ? origin : first?.whatsapp
  if (first && !first.toTelegramOnly && first.whatsapp === asked) return { target: first.whatsapp }
  const name = asked ? store.chats.displayName(asked) : 'WhatsApp'
  return {
    refusal: `Not sent: messages from ${name} are only shown here. To answer from here, remove the mapping and add it again without --to-telegram-only`,
  }
}

/** Finds the networks' own copies of messages by any address of the chat. */
export const makeFindRaw =
  (store: Store): FindRaw =>
  ({ chat, id }) =>
    store.links.raw({ chat: store.chats.resolve(chat), id })
