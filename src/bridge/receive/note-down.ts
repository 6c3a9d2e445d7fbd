import type { StoredMessage } from '../../store/index.ts'
import { type ChatRef, networkOf, ownerOn } from '../chat-ref.ts'
import { claimed, longestLife } from '../claimed.ts'
import { type Content, isOver, isVotable, parseContent } from '../content.ts'
import { type ChangeOf, receiptId } from '../event.ts'
import { plainText } from '../rich-text.ts'
import type { ShownChange } from './kept.ts'
import { editedContent, withOption } from './poll.ts'
import type { ReceiveContext } from './reception.ts'

/** The message that a change is about, and what stands for it where it was changed, unless that is on its way. */
export interface Subject {
  readonly subject: StoredMessage
  readonly changed?: StoredMessage
}

/** Writes down what outlives the job; undefined when the change changes nothing. */
export const noteDown = (
  event: ShownChange,
  { subject, changed }: Subject,
  context: ReceiveContext,
): ShownChange | undefined => {
  const { store, time, raw } = context
  const { links, opinions, deadlines } = store
  switch (event.kind) {
    case 'edit':
    case 'option': {
      if (event.kind === 'edit' && changed && isOlder(event, changed, context)) return undefined
      const content =
        event.kind === 'edit'
          ? unlessEdited(editedContent(event, subject), changed)
          : withOption(event, subject)
      if (content === undefined) return undefined
      if (isVotable(content) || isYetToCome(content, changed, context))
        links.update(subject.key, 'content', JSON.stringify(content))
      if (raw !== undefined && changed) links.update(changed.key, 'raw', raw)
      return { ...event, kind: 'edit', content }
    }
    case 'deletion':
      // Whether WhatsApp still deletes what the owner wants gone, it says itself.
      if (networkOf(event.chat) === 'whatsapp') links.markDeleted(subject.key)
      return event
    case 'reaction':
      return event.sender.me
        ? noteOwnReaction(event, subject, context)
        : noteReaction(event, subject, context)
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

const noteReaction = (
  event: ChangeOf<'reaction'>,
  { key }: StoredMessage,
  { store, time }: ReceiveContext,
  person: ChatRef = event.sender.person,
): ChangeOf<'reaction'> | undefined => {
  const { emoji, sentAt: at } = event
  return store.opinions.react(key, { person, emoji, at }, time) ? event : undefined
}

/**
 * WhatsApp has one reaction of the account, whoever of the owners it is of in Telegram: the last one holds, and when that is
 * taken back, the one before that still stands there. One on the phone takes the place of them all.
 */
const noteOwnReaction = (
  event: ChangeOf<'reaction'>,
  subject: StoredMessage,
  context: ReceiveContext,
): ChangeOf<'reaction'> | undefined => {
  const { opinions } = context.store
  const isOnPhone = networkOf(event.chat) === 'whatsapp'
  const noted = noteReaction(event, subject, context, isOnPhone ? owner : event.sender.person)
  if (noted === undefined) return undefined
  const standing = () =>
    opinions.reactions(subject.key).filter(({ person }) => networkOf(person) === 'telegram')
  // Versions before knew all owners as one.
  const others = isOnPhone ? standing().map(({ person }) => person) : [owner, ownerOn('telegram')]
  for (const person of others) {
    opinions.react(subject.key, { person, emoji: '', at: event.sentAt }, context.time)
  }
  const last = isOnPhone || event.emoji !== '' ? undefined : standing().at(-1)
  return last ? { ...event, emoji: last.emoji } : event
}

/**
 * Whether a later edit of the message was there first: the older one was read late. Telegram hands them over in order. A
 * better picture takes the place of no words, whenever it was sent.
 */
const isOlder = (
  { chat, content, sentAt }: ChangeOf<'edit'>,
  { key }: StoredMessage,
  { store, time }: ReceiveContext,
): boolean =>
  networkOf(chat) === 'whatsapp' && content.kind !== 'media' && !store.links.edit(key, sentAt, time)

/** A better picture that was on its way when its words were edited brings those of before along. */
const unlessEdited = (
  content: Content | undefined,
  changed: StoredMessage | undefined,
): Content | undefined =>
  content?.kind === 'media' && changed?.edited ? { ...content, caption: plainText('') } : content

/**
 * Whether the message may yet come as it was before: when its file has been put up again, or when it can be read. While it
 * waits, it may be one whose file will be given up.
 */
const isYetToCome = (
  { kind }: Content,
  changed: StoredMessage | undefined,
  { store }: ReceiveContext,
): boolean =>
  kind === 'text' &&
  changed !== undefined &&
  !changed.bridge &&
  networkOf(changed.chat) === 'whatsapp' &&
  store.links.parts(changed.key).length === 0

/** When WhatsApp takes a pin away by itself; undefined: when somebody does. */
const endOfPin = ({ chat, sentAt, pinned, seconds }: ChangeOf<'pin'>): number | undefined =>
  pinned && seconds !== undefined && networkOf(chat) === 'whatsapp'
    ? sentAt + claimed(seconds * 1000, longestLife)
    : undefined

/** Whoever votes in Telegram votes in the name of the owner's WhatsApp account. */
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
