import { contain } from '../outbox/index.ts'
import type { Store } from '../store/index.ts'
import { networkOf } from './chat-ref.ts'
import { claimed, longestLife } from './claimed.ts'
import { addNotice } from './deliver/notice.ts'
import { type BridgeEvent, isMessage } from './event.ts'
import type { Arrival, FindMessage, Inbox, KnownChat } from './network.ts'
import { receiveChange } from './receive/change.ts'
import { mappedSince } from './receive/early.ts'
import { isForOther, refuseForOther } from './receive/for-other.ts'
import { holdBack, type IsOver, isForAnother, takeReleased } from './receive/held.ts'
import type { Held } from './receive/held-rows.ts'
import { tellOfMerged } from './receive/merged.ts'
import { receiveMessage } from './receive/message.ts'
import { receiveNewFile } from './receive/new-file.ts'
import { isEcho } from './receive/on-its-way.ts'
import { tellOfOtherTopic } from './receive/other-topic.ts'
import { tellOfStranger } from './receive/overheard.ts'
import type { InboxOptions, Reception } from './receive/reception.ts'
import { refuseUnmapped } from './receive/refuse-change.ts'
import { tellOfShutOut } from './receive/shut-out.ts'
import { tellOfStanding } from './receive/standing.ts'
import { standsIn } from './receive/status.ts'
import { tellAgain } from './receive/tell-again.ts'
import { wentTo } from './receive/went-to.ts'
import { placed } from './receive/whereabouts.ts'
import { StoreError } from './store-error.ts'

/**
 * Story 1: what arrived becomes committed jobs.
 *
 * For each arrival, in one transaction for all of them: learn who is who, find the mapping, see that it is new (the same
 * message may come twice, under two addresses, or as the echo of what the bridge sent itself), remember it, add the job.
 */
export const makeInbox = (options: InboxOptions): Inbox => {
  const { store, network, wake, log, now = Date.now } = options
  const tell = (): boolean =>
    contain(() => store.transaction(() => tellOfMerged(options, now())), { log, problem: notTold }) ?? false
  return {
    receive(arrivals, alongside) {
      const added = store.transaction(() => {
        const results = arrivals.map(arrival => {
          const result = receiveOne(arrival, options, { now: now(), mayWait: true })
          if (result === 'job' || result === 'held') tellOfRest(arrival, options, now())
          return result
        })
        alongside?.()
        if (tell()) wake()
        return results
      })
      log.debug({ network, results: added }, 'Received')
      if (added.some(result => result === 'job' || result === 'refused')) wake()
    },
    overheard(stranger) {
      if (tellOfStranger(stranger, options, now())) wake()
    },
    shutOut(news) {
      if (tellOfShutOut(news, options, now())) wake()
    },
    standing(standing) {
      if (tellOfStanding(standing, options, now())) wake()
    },
    learn(known) {
      const { lastActivity: last } = known
      const released = store.transaction(() => {
        const left = releaseLeft(known, options)
        store.chats.learn(last === undefined ? known : { ...known, lastActivity: claimed(last, now()) })
        const untold = tellAgain(known.chat, options, now())
        return tell() || left || untold
      })
      if (released) wake()
    },
    changed(status) {
      options.changed(network, status)
    },
  }
}

/**
 * Takes in what was kept back (`receive/held.ts`) and need not wait any more, or was kept back for long enough by what
 * `isOver` says of the time when that began. Returns whether there was any.
 */
export const makeRelease =
  (options: InboxOptions) =>
  (isOver: IsOver = () => false): boolean =>
    options.store.transaction(() => {
      const { released, found } = takeReleased(options, isOver, (options.now ?? Date.now)())
      for (const each of released) receiveReleased(each, options)
      return found
    })

/**
 * A group has become a supergroup, where its ids belong to other messages. While they still mean something, what is
 * kept back of it goes as well as it can. Returns whether there was any.
 */
const releaseLeft = ({ chat, aliases = [] }: KnownChat, options: InboxOptions): boolean => {
  if (networkOf(chat) !== 'telegram' || aliases.length === 0) return false
  return makeRelease(options)((_, left) => aliases.includes(left))
}

/** One that makes trouble must not keep the others. */
const receiveReleased = (row: Held, options: InboxOptions): void => {
  const { event: held, messageId, raw } = row
  const { store, log, now: clock = Date.now } = options
  const newMessageId: InboxOptions['newMessageId'] = network =>
    (network === 'whatsapp' && messageId) || options.newMessageId(network)
  const now = clock()
  const refuse = (text: string): void => {
    const { chat, id } = held
    const about = row.to ? { about: row.to } : {}
    if (isMessage(held)) addNotice(options, { chat, text, replyTo: id, now, ...about })
  }
  const receive = (): void => {
    const arrival = { event: held, ...(raw !== undefined && { raw }) }
    const result = receiveOne(arrival, { ...options, newMessageId }, { now, mayWait: false })
    if (result === 'unmapped') refuse(mappingGone)
    log.debug({ network: networkOf(held.chat), results: [result] }, 'Received after waiting')
  }
  const deal = (): void => (isForAnother(row, options) ? refuse(mappedAnew) : receive())
  for (const way of [deal, () => refuse(notTakenIn)]) {
    try {
      store.transaction(way)
      return
    } catch (error) {
      if (error instanceof StoreError) throw error
      log.error({ err: error }, 'What was kept back could not be stored as it is')
    }
  }
}

const notTold = 'The owner could not be told which mapping is left'
const notTakenIn = 'Not sent: I could not take this in. Please write it again'
const mappingGone = 'Not sent: the mapping of this chat was removed before it could go'
const mappedAnew = 'Not sent: this chat was mapped to somebody else before it could go'

const tellOfRest = ({ event: { chat, id }, remark }: Arrival, options: InboxOptions, now: number): void => {
  if (remark !== undefined) addNotice(options, { chat, text: remark, replyTo: id, now })
}

const receiveOne = (
  arrival: Arrival,
  options: InboxOptions,
  { now, mayWait }: { now: number; mayWait: boolean },
): Reception => {
  const { store } = options
  const time = options.time?.() ?? now
  const event = placed(learn({ ...arrival, event: withTimes(arrival.event, time) }, store), options)
  const mappings = store.mappings.forSource(event.chat)
  const written = isMessage(event) ? undefined : (standsIn(event, options) ?? wentTo(event, options))
  // What is done with a message reaches it, whatever is mapped by now.
  const mayGo = mappings.length > 0 || written !== undefined
  if (mayWait && mayGo && isForOther(arrival.event, store)) return refuseForOther(event, { ...options, now })
  const early = mayWait ? mappedSince(arrival.event, mappings) : undefined
  if (mayWait && holdBack({ ...arrival, event }, options, { now, early })) return 'held'
  if (mappings.length === 0 && written === undefined) {
    if (!isMessage(event)) return refuseUnmapped(event, { ...options, now })
    return mayWait && tellOfOtherTopic(event, options, now) ? 'refused' : 'unmapped'
  }
  if (event.sender.me && isEcho(event, options)) return 'echo'
  const { raw, restored } = arrival
  const more = {
    ...(raw !== undefined && { raw }),
    ...(restored && { restored }),
    ...(early !== undefined && { early }),
  }
  const context = { ...options, mappings, now, time, ...more }
  if (isMessage(event)) return receiveNewFile(event, context) ?? receiveMessage(event, context)
  return receiveChange(event, { ...context, ...(written && { written }) })
}

/** Clocks of others may be wrong, and say what can be no time; nothing was said later than now. */
const withTimes = (event: BridgeEvent, now: number): BridgeEvent => {
  const sentAt = claimed(event.sentAt, now)
  if (!isMessage(event)) return { ...event, sentAt }
  const { expiresAt, replyTo } = event
  return {
    ...event,
    sentAt,
    ...(expiresAt !== undefined && { expiresAt: claimed(expiresAt, now + longestLife) }),
    // By the clock of its network, as what it is compared with.
    ...(replyTo?.at !== undefined && {
      replyTo: { ...replyTo, at: claimed(replyTo.at, Number.MAX_SAFE_INTEGER) },
    }),
  }
}

/** Records who takes part, and returns the event with every ref in its canonical form. */
const learn = ({ event, aliases, senderAliases }: Arrival, store: Store): BridgeEvent => {
  const { chats } = store
  const chat = chats.learn({
    chat: event.chat,
    ...(aliases && { aliases }),
    lastActivity: event.sentAt,
  })
  const { me, name } = event.sender
  const known = chats.resolve(event.sender.person, senderAliases)
  const person = name && !me ? chats.learn({ chat: known, pushName: name }) : known
  const common = { chat: chats.resolve(chat), sender: { ...event.sender, person } }
  const named = <T extends { person?: BridgeEvent['chat'] | undefined }>(message: T): T =>
    message.person ? { ...message, person: chats.resolve(message.person) } : message
  if (!isMessage(event)) return { ...event, ...common, target: named(event.target) }
  return { ...event, ...common, ...(event.replyTo && { replyTo: named(event.replyTo) }) }
}

/** Finds what is known of a message by any address of its chat. */
export const makeFindMessage =
  (store: Store): FindMessage =>
  ({ chat, id }) => {
    const known = store.links.known({ chat: store.chats.resolve(chat), id })
    return (
      known && {
        ...(known.raw !== undefined && { raw: known.raw }),
        ...(known.author && { author: known.author }),
        me: known.me,
        byBridge: known.bridge,
        pending: known.pending && !known.deleted,
        // Of what the bridge wrote that is said of what it stands for.
        deleted: known.deleted || store.links.subject(known)?.deleted === true,
      }
    )
  }
