import type { StoredMessage } from '../../store/index.ts'
import { type ChatRef, networkOf, ownerOn } from '../chat-ref.ts'
import { claimed, longestLife } from '../claimed.ts'
import { isOver, isVotable, parseContent } from '../content.ts'
import { addEcho } from '../deliver/echo.ts'
import { answered, changedSince, gatheredIn } from '../deliver/gathered.ts'
import { addNotice } from '../deliver/notice.ts'
import { edited } from '../edited.ts'
import {
  type ChangeEvent,
  type ChangeOf,
  isMessage,
  type MessageEvent,
  parseEvent,
  receiptId,
} from '../event.ts'
import { prefixed } from '../rich-text.ts'
import { addChange } from './change-job.ts'
import { receiveKept, type ShownChange } from './kept.ts'
import { messageTopic, receiveMessage } from './message.ts'
import { asSent, onItsWay } from './on-its-way.ts'
import { editedContent, isOpen, withOption } from './poll.ts'
import type { ReceiveContext, Reception } from './reception.ts'
import { refuseChange } from './refuse-change.ts'
import { type Route, route } from './route.ts'
import { wentTo } from './status.ts'

/**
 * Carries a change of a message across: finds the message, checks who may do that, keeps what outlives the job
 * (reactions, votes), and adds the job that shows it.
 *
 * Whoever is in a group can encrypt what claims to be an edit of anybody's message: that it could be decrypted says
 * nothing about its author.
 */
export const receiveChange = (event: ChangeEvent, context: ReceiveContext): Reception => {
  const { store, time } = context
  if (event.kind === 'kept') return receiveKept(event, context)
  const { chat, id, sender, target } = event
  const found = store.links.find({ chat, id: target.id }, target.person)
  const sending = found ? undefined : onItsWay(event, context)
  const stored = found ?? (sending && asSent(sending, chat))
  if (!stored) return context.mappings.length > 0 ? receiveUnknown(event, context) : 'ignored'
  if (stored.deleted || !mayChange(event, stored)) return 'ignored'
  if (store.links.remember({ chat, id, author: sender.person, me: sender.me }, time) === undefined) {
    return 'duplicate'
  }
  const subject = sending ?? subjectOf(event, found, context)
  if (subject === 'gone') return refuseChange(event, changedSince, context)
  if (!subject) return refuseChange(event, notKnown, context)
  if (changeWaiting(event, subject, context)) return 'job'
  const kept = keep(event, { subject, ...(found && { changed: found }) }, context)
  return kept === undefined ? 'ignored' : addJobs(kept, subject, context)
}

/** Of several texts in one message the last is meant that it shows, or the one whose words are picked out. */
const subjectOf = (
  { chat, target }: ShownChange,
  found: StoredMessage | undefined,
  context: ReceiveContext,
): StoredMessage | 'gone' | undefined => {
  const { links } = context.store
  const message = { chat, id: target.id }
  if (gatheredIn(found, context.store)) return answered(message, target, context)
  return links.subject(message, target.person) ?? found
}

const mayChange = ({ kind, sender, ...event }: ShownChange, message: StoredMessage): boolean => {
  if (kind === 'receipt') return message.bridge
  if (kind === 'option' ? isOpen(message) : kind !== 'edit' && kind !== 'deletion') return true
  if (kind === 'deletion' && 'by' in event && event.by !== 'author') return true
  // Towards WhatsApp everything is said in the owner's name; what is not theirs WhatsApp refuses itself.
  if (networkOf(message.chat) === 'telegram') return sender.me
  return sender.me ? message.me || message.bridge : message.author === sender.person
}

/** A change of what was never seen: from before the mapping, or still on its way. */
const receiveUnknown = (event: ShownChange, context: ReceiveContext): Reception => {
  const { store, time } = context
  const { chat, sender, target } = event
  if (networkOf(chat) === 'telegram') {
    if (event.kind !== 'deletion' && !target.byBridge) return 'ignored'
    if (store.links.remember({ chat, id: event.id, me: true }, time) === undefined) return 'duplicate'
    return refuseChange(event, event.kind === 'deletion' ? neverCarried : notKnown, context)
  }
  if (event.kind === 'deletion') {
    const author = event.by === 'author' ? { author: sender.person } : {}
    store.links.remember({ chat, id: target.id, me: sender.me, deleted: true, ...author }, time)
    return 'ignored'
  }
  if (event.kind !== 'edit') return 'ignored'
  const { kind: _, target: __, ...head } = event
  const { content } = event
  const message: MessageEvent = {
    ...head,
    kind: 'message',
    id: target.id,
    content: content.kind === 'text' ? { ...content, body: prefixed('✏️ ', content.body) } : content,
  }
  return receiveMessage(message, context)
}

const neverCarried = 'I never carried this message to WhatsApp'
const notKnown = 'I do not know which message there this one is'

/**
 * What the owner edits or takes back before it went is changed where it waits: nobody ever sees the first version.
 * Returns whether that was so.
 */
const changeWaiting = (event: ShownChange, subject: StoredMessage, context: ReceiveContext): boolean => {
  if (networkOf(event.chat) !== 'telegram' || subject.chat !== event.chat) return false
  if (event.kind !== 'edit' && event.kind !== 'deletion') return false
  const { outbox, now } = context
  const waiting = outbox.untouched(messageTopic(subject.key), 'message')
  if (waiting === undefined) return false
  if (event.kind === 'deletion') {
    outbox.finish(waiting.id)
    addEcho(event, { ...context, source: subject.key, now })
    return true
  }
  const message = parseEvent(waiting.event)
  if (!isMessage(message)) return false
  const content = edited(message.content, event.content)
  outbox.rewrite(waiting.id, { event: JSON.stringify({ ...message, content }), dueAt: waiting.dueAt })
  return true
}

/** The owner as one person, on whichever network they act. */
const personOf = ({ sender, chat }: ShownChange): ChatRef =>
  sender.me ? ownerOn(networkOf(chat)) : sender.person

/** The message that a change is about, and what stands for it where it was changed, unless that is on its way. */
interface Subject {
  readonly subject: StoredMessage
  readonly changed?: StoredMessage
}

/** Writes down what outlives the job; undefined when the change changes nothing. */
const keep = (
  event: ShownChange,
  { subject, changed }: Subject,
  context: ReceiveContext,
): ShownChange | undefined => {
  const { store, time, raw } = context
  const { links, opinions, deadlines } = store
  switch (event.kind) {
    case 'edit':
    case 'option': {
      const content = event.kind === 'edit' ? editedContent(event, subject) : withOption(event, subject)
      if (content === undefined) return undefined
      if (isVotable(content)) links.update(subject.key, 'content', JSON.stringify(content))
      if (raw !== undefined && changed) links.update(changed.key, 'raw', raw)
      return { ...event, kind: 'edit', content }
    }
    case 'deletion':
      // Whether WhatsApp still deletes what the owner wants gone, it says itself.
      if (networkOf(event.chat) === 'whatsapp') links.markDeleted(subject.key)
      return event
    case 'reaction': {
      const { emoji, sentAt: at } = event
      const person = personOf(event)
      if (!opinions.react(subject.key, { person, emoji, at }, time)) return undefined
      const elsewhere = ownerOn(networkOf(person) === 'whatsapp' ? 'telegram' : 'whatsapp')
      if (event.sender.me) opinions.react(subject.key, { person: elsewhere, emoji: '', at }, time)
      return event
    }
    case 'vote': {
      const choice = chosen(event, subject, context)
      if (choice === undefined) return undefined
      const person = event.sender.me ? owner : event.sender.person
      const vote = { person, choice, guests: event.guests ?? 0, at: event.sentAt }
      const { toggle: _, ...settled } = event
      return opinions.vote(subject.key, vote, time) ? { ...settled, choice } : undefined
    }
    case 'pin': {
      const end = endOfPin(event)
      const isOver = end !== undefined && end <= time
      deadlines.set({ message: subject.key, what: 'pin' }, isOver ? undefined : end)
      return isOver ? undefined : event
    }
    case 'join':
      return event
    case 'receipt': {
      // What was read has been delivered, whichever is told first.
      const read = { chat: event.chat, id: receiptId(event.target.id, 'read') }
      return event.state === 'delivered' && links.find(read) ? undefined : event
    }
    default:
      return event satisfies never
  }
}

/** When WhatsApp takes a pin away by itself; undefined: when somebody does. */
const endOfPin = ({ chat, sentAt, pinned, seconds }: ChangeOf<'pin'>): number | undefined =>
  pinned && seconds !== undefined && networkOf(chat) === 'whatsapp'
    ? sentAt + claimed(seconds * 1000, longestLife)
    : undefined

const owner = ownerOn('whatsapp')

/** The whole choice that a vote makes: a pressed button adds to or takes from what was chosen before. */
const chosen = (
  { chat, choice, toggle }: ChangeOf<'vote'>,
  { key, content: json }: StoredMessage,
  { store, time }: ReceiveContext,
): number[] | undefined => {
  const content = json === undefined ? undefined : parseContent(json)
  if (content === undefined || !isVotable(content)) return undefined
  if (networkOf(chat) === 'telegram' && isOver(content, time)) return undefined
  if (!toggle) return choice
  const before = store.opinions.votes(key).find(({ person }) => person === owner)?.choice ?? []
  const pressed = choice.filter(option => !before.includes(option))
  const single = content.kind === 'appointment' || content.choices === 1
  return single ? pressed : [...before.filter(option => !choice.includes(option)), ...pressed].sort()
}

const addJobs = (event: ShownChange, subject: StoredMessage, context: ReceiveContext): Reception => {
  const { chat, target: changed } = event
  const elsewhere = context.written ?? wentTo(event, subject, context)
  const { target, refusal }: Route =
    elsewhere === undefined
      ? route(event, askedChat(event, subject, context), context)
      : { target: elsewhere }
  if (refusal !== undefined) {
    addNotice(context, { chat, text: refusal, replyTo: changed.id, now: context.now })
    return 'refused'
  }
  addChange(event, { ...context, target, subject })
  // The tally stands in Telegram, wherever the vote came from.
  if (event.kind === 'vote' && networkOf(chat) === 'telegram') {
    addChange({ ...event, chat: target, target: { id: subject.id } }, { ...context, target: chat, subject })
  }
  return 'job'
}

/** The WhatsApp chat in which the changed message stands. */
const askedChat = (
  { chat }: ShownChange,
  subject: StoredMessage,
  { store, mappings }: ReceiveContext,
): ChatRef | undefined => {
  if (networkOf(chat) === 'whatsapp') return undefined
  if (networkOf(subject.chat) === 'whatsapp') return subject.chat
  return mappings.find(({ whatsapp }) => store.links.standIns(subject.key, whatsapp).length > 0)?.whatsapp
}
