import type { StoredMessage } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import { addEcho } from '../deliver/echo.ts'
import { answered, changedSince, gatheredIn } from '../deliver/gathered.ts'
import { addNotice } from '../deliver/notice.ts'
import type { ChangeEvent, MessageEvent } from '../event.ts'
import { prefixed } from '../rich-text.ts'
import { firstPicture } from './album.ts'
import { addChange } from './change-job.ts'
import { changeWaiting } from './change-waiting.ts'
import { receiveKept, type ShownChange } from './kept.ts'
import { receiveMessage } from './message.ts'
import { noteDown } from './note-down.ts'
import { asSent, onItsWay } from './on-its-way.ts'
import { isOpen } from './poll.ts'
import type { ReceiveContext, Reception } from './reception.ts'
import { refuseChange } from './refuse-change.ts'
import { type Route, route } from './route.ts'

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
  // It may be gone only in the words of somebody whose it was not.
  const isSaidGone = stored?.deleted && !stored.bridge && stored.author !== target.person
  const isUnknown = !stored || (isSaidGone && event.kind === 'deletion' && networkOf(chat) === 'whatsapp')
  if (isUnknown) return context.mappings.length > 0 ? receiveUnknown(event, context) : 'ignored'
  if (stored.deleted || !mayChange(event, stored)) return 'ignored'
  if (found && store.albums.isAnnouncement(found.key) && !meansOne(event)) return 'ignored'
  if (store.links.remember({ chat, id, author: sender.person, me: sender.me }, time) === undefined) {
    return 'duplicate'
  }
  const subject = sending ?? subjectOf(event, found, context)
  if (subject === 'gone') return refuseChange(event, changedSince, context)
  if (!subject) return refuseChange(event, notKnown, context)
  if (changeWaiting(event, subject, context)) return 'job'
  if (wentNowhere(event, subject, context)) {
    // A position that moves is an edit every few seconds.
    const isMove = event.kind === 'edit' && event.content.kind === 'location'
    const isMeant = (event.kind === 'edit' && !isMove) || event.kind === 'deletion'
    return isMeant ? refuseChange(event, forNobody, context) : 'ignored'
  }
  if (event.kind === 'deletion' && networkOf(chat) === 'telegram' && found?.bridge) {
    if (store.links.isNote(found.key)) return refuseChange(event, onlyNote, context)
    if (networkOf(subject.chat) === 'telegram' && !subject.me) {
      addEcho(event, { ...context, source: subject.key })
      return 'job'
    }
  }
  const noted = noteDown(event, { subject, ...(found && { changed: found }) }, context)
  return noted === undefined ? 'ignored' : addJobs(noted, subject, context)
}

/** What the owner wrote and went to nobody is nobody's with another word either, whoever is mapped there by now. */
const wentNowhere = ({ chat }: ShownChange, subject: StoredMessage, { written }: ReceiveContext): boolean =>
  written === undefined && networkOf(chat) === 'telegram' && subject.chat === chat && subject.me

/** Of several texts in one message the last is meant that it shows, or the one whose words are picked out. */
const subjectOf = (
  event: ShownChange,
  found: StoredMessage | undefined,
  context: ReceiveContext,
): StoredMessage | 'gone' | undefined => {
  const { chat, target } = event
  const { links } = context.store
  const message = { chat, id: target.id }
  if (gatheredIn(found, context.store)) return answered(message, target, context)
  const subject = links.subject(message, target.person) ?? found
  return (subject && meansOne(event) && firstPicture(subject, context)) || subject
}

/** What is done with an album as a whole is done with its first picture. Its announcement has no content, nor is it read. */
const meansOne = ({ kind }: ShownChange): boolean => kind === 'reaction' || kind === 'pin'

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
  const reception = receiveMessage(message, context)
  const stored = store.links.find({ chat, id: target.id }, sender.person)
  if (stored) store.links.edit(stored.key, event.sentAt, time)
  return reception
}

const forNobody = 'this message never went to WhatsApp'
const neverCarried = 'I never carried this message to WhatsApp'
const onlyNote = 'this is a note of mine. Answer the message that it stands under'
const notKnown = 'I do not know which message there this one is'

const addJobs = (event: ShownChange, subject: StoredMessage, context: ReceiveContext): Reception => {
  const { chat, target: changed } = event
  const { written: elsewhere } = context
  const { target, refusal, about }: Route =
    elsewhere === undefined ? route(event, askedChat(event, subject), context) : { target: elsewhere }
  if (refusal !== undefined) {
    const notice = { text: refusal, ...(about !== undefined && { about }) }
    addNotice(context, { chat, replyTo: changed.id, now: context.now, ...notice })
    return 'refused'
  }
  addChange(event, { ...context, target, subject })
  // The tally stands in Telegram, wherever the vote came from.
  if (event.kind === 'vote' && networkOf(chat) === 'telegram') {
    addChange({ ...event, chat: target, target: { id: subject.id } }, { ...context, target: chat, subject })
  }
  return 'job'
}

/** The WhatsApp chat in which the changed message stands, where it was written there. */
const askedChat = ({ chat }: ShownChange, subject: StoredMessage): ChatRef | undefined =>
  networkOf(chat) === 'telegram' && networkOf(subject.chat) === 'whatsapp' ? subject.chat : undefined
