import type { StoredMessage } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import { claimed, longestLife } from '../claimed.ts'
import { type Content, type ContentOf, isVotable, readContent } from '../content.ts'
import { showAnew } from '../deliver/give-way.ts'
import { addNotice } from '../deliver/notice.ts'
import { edited } from '../edited.ts'
import type { MessageEvent } from '../event.ts'
import { messageTopic } from '../topics.ts'
import { joinAlbum } from './album.ts'
import { earlyRefusal, refuseEarly } from './early.ts'
import { addEnd } from './end.ts'
import { refusalOfGuess } from './guess.ts'
import { fromBackup, type ReceiveContext, type Reception } from './reception.ts'
import { type Route, route } from './route.ts'
import { answerToStatus } from './status.ts'
import { keepWhomFor } from './went-nowhere.ts'
import { placeOfReceived } from './went-to.ts'
import { whereabouts } from './whereabouts.ts'
import { whomFor } from './whom.ts'

/** Remembers a message that has come and adds the job that carries it across. */
export const receiveMessage = (arrived: MessageEvent, context: ReceiveContext): Reception => {
  const { store, outbox, now, time, raw } = context
  const { chat, id, sender, pending, expiresAt } = arrived
  const before = store.links.find({ chat, id }, sender.person)
  const since = editedSince(before, arrived)
  const event = since ? { ...arrived, content: edited(arrived.content, since) } : arrived
  const { content } = event
  const source = store.links.remember(
    {
      chat,
      id,
      author: sender.person,
      me: sender.me,
      ...(raw !== undefined && { raw }),
      ...(isVotable(content) && { content: JSON.stringify(content) }),
      ...(since && { content: JSON.stringify(since) }),
      ...(pending && { pending }),
      ...(takesPlace(event, before, context) && { late: true }),
      ...(expiresAt !== undefined && { expiresAt }),
    },
    time,
  )
  // A picture of an album may come before the album's own announcement.
  if (source === undefined && content.kind !== 'album') return 'duplicate'

  if (source !== undefined && content.kind === 'poll') {
    const { endsAt = 0 } = content
    const end = endsAt > time ? claimed(endsAt, time + longestLife) : undefined
    store.deadlines.set({ message: source, what: 'poll' }, end)
  }
  const routed = routeMessage(event, context)
  if (routed === 'early') {
    if (source !== undefined) keepWhomFor(source, { text: earlyRefusal }, store)
    return refuseEarly(event, source, context)
  }
  const { target, refusal, about } = routed
  if (refusal !== undefined) {
    const notice = { text: refusal, ...(about !== undefined && { about }) }
    addNotice(context, { chat, replyTo: id, now, ...notice })
    if (source !== undefined && content.kind !== 'placeholder') keepWhomFor(source, notice, store)
    return 'refused'
  }
  const replaces = source !== undefined && before?.key === source
  const isMoved = replaces && endElsewhere(before, target, context)
  const waiting = replaces && !isMoved ? outbox.untouched(messageTopic(source), 'message') : undefined
  if (event.album && (!replaces || content.kind === 'album')) {
    if (waiting !== undefined) outbox.finish(waiting.id)
    return joinAlbum(event, event.album, { ...context, target, source })
  }
  if (source === undefined) return 'duplicate'
  const topic = messageTopic(source)
  if (waiting !== undefined) {
    // Nobody has seen the placeholder yet: the message goes in its stead.
    outbox.rewrite(waiting.id, { event: JSON.stringify(event), dueAt: now })
    return 'job'
  }
  outbox.add(
    {
      lane: chat,
      target,
      source,
      messageId: context.newMessageId(networkOf(target)),
      event: JSON.stringify(event),
      // What the owner has just typed may be changed or taken back before it goes. What takes a place goes there alone.
      ...((pending || replaces || networkOf(chat) === 'telegram') && { topic }),
      ...fromBackup(context, target),
    },
    now,
  )
  if (isMoved) showAnew({ chat, id, source, target }, context)
  return 'job'
}

/**
 * What held the place of a message where its chat was mapped before is taken away there, and never becomes the message: that
 * place may be somebody else's by now. Returns whether it is another one than the message goes to.
 */
const endElsewhere = (before: StoredMessage, target: ChatRef, context: ReceiveContext): boolean => {
  const place = placeOfReceived(before, context)
  if (place === undefined || context.store.chats.resolve(place) === target) return false
  addEnd(before, { kind: 'deletion', by: 'time' }, context, context.now)
  return true
}

/** A file that comes late takes the place of the words about it, also of those that are on their way, alone or in an album. */
const takesPlace = (
  { late, chat, album, sender }: MessageEvent,
  before: StoredMessage | undefined,
  { store: { links }, outbox }: ReceiveContext,
): boolean => {
  if (!late || before === undefined) return false
  if (links.parts(before.key, 'words').length > 0) return true
  const whole = album && links.find({ chat, id: album.id }, sender.person)
  const isOnItsWay = [before, whole].some(each => each && outbox.goesTo(each.key, chat) !== undefined)
  return isOnItsWay && links.parts(before.key).length === 0
}

/** The words that a message was given while something else stood for it. */
const editedSince = (
  before: StoredMessage | undefined,
  { content: { kind }, late }: MessageEvent,
): Content | undefined => {
  if (!before?.content || !(before.pending || late) || (kind !== 'text' && kind !== 'media')) return undefined
  const content = readContent(before.content)
  return content?.kind === 'text' ? content : undefined
}

const routeMessage = (event: MessageEvent, context: ReceiveContext): Route | 'early' => {
  const { content, replyTo, chat } = event
  // It stands for what cannot cross: words about a game are no message to somebody else.
  if (networkOf(chat) === 'telegram' && content.kind === 'placeholder') {
    return { refusal: refusalOf(content) }
  }
  if (networkOf(chat) === 'whatsapp') return route(event, undefined, context)
  const answer = answerToStatus(event, context)
  if (answer !== undefined) return answer
  const answered = replyTo && context.store.links.subject(whereabouts({ chat, id: replyTo.id }, context))
  const asked = answered && whomFor(answered, context)
  // Whom an answer is for is known, whenever it was written.
  if (asked === undefined && context.early !== undefined) return 'early'
  const unclear = asked === undefined && refusalOfGuess(event, answered, context)
  return unclear ? { refusal: unclear } : route(event, asked, context)
}

const refusalOf = ({ label, why }: ContentOf<'placeholder'>): string =>
  why === undefined ? `Not sent: "${label}" cannot go to WhatsApp` : `Not sent (${label}): ${why}`
