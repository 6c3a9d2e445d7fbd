import type { CallbackQuery, Message, MessageReactionUpdated, ReactionType } from 'grammy/types'
import type { ChatRef } from '../../bridge/chat-ref.ts'
import type { Content } from '../../bridge/event.ts'
import type { Arrival } from '../../bridge/network.ts'
import { headOf, nameOf, type ParseOptions, parseSaid, senderOf, type Versioned } from '../parse.ts'
import { personRef } from './place.ts'
import { isTopicRoot, parsePicked } from './reply.ts'
import { isOtherFile, versionOf } from './version.ts'

/**
 * Changes that an owner makes to messages, as events. Each has an id of its own, made of the number of its update: that
 * is the same when the update comes again, and no two changes share it, as they may share a second.
 */

export interface EditOptions extends ParseOptions {
  readonly updateId: number
  /** The version of the message that was seen last; undefined when none is known. */
  readonly before: string | undefined
}

/**
 * An edited message: new words; or, when its file was replaced, which WhatsApp cannot do, a further message that answers
 * the old one. Undefined when nothing changed that could be carried.
 */
export const parseEdit = (message: Message, options: EditOptions): Versioned | undefined => {
  const said = parseSaid(message, options)
  if (said === undefined || said.kind === 'placeholder') return undefined
  const version = versionOf(said)
  const { before, updateId } = options
  if (version === before) return undefined
  const target = { id: String(message.message_id) }
  const head = {
    ...headOf(message),
    id: `${target.id}.edit.${updateId}`,
    sentAt: (message.edit_date ?? message.date) * 1000,
  }
  if (before !== undefined && said.kind === 'media' && isOtherFile(before, version)) {
    return {
      event: { ...head, kind: 'message', content: said, replyTo: target, replaces: target.id },
      version,
    }
  }
  return { event: { ...head, kind: 'edit', target, content: wordsOf(said) }, version }
}

/** Of a file only the caption can change. */
const wordsOf = (content: Content): Content =>
  content.kind === 'media' ? { kind: 'text', body: content.caption } : content

/** The message that a command answers. */
export const answeredBy = (command: Message): Message['reply_to_message'] =>
  isTopicRoot(command) ? undefined : command.reply_to_message

/** `/delete` in answer to a message; undefined when it answers none. */
export const parseDeletion = (command: Message, bot: ParseOptions['bot']): Arrival | undefined => {
  const target = answeredBy(command)
  if (target === undefined) return undefined
  const head = { ...headOf(command), id: `${command.message_id}.delete` }
  return {
    event: {
      ...head,
      kind: 'deletion',
      target: { ...targetOf(target, bot), ...parsePicked(command, bot) },
      by: 'author',
    },
  }
}

/** Somebody has pinned a message; that it is unpinned again, Telegram does not tell. */
export const parsePin = (message: Message, bot: ParseOptions['bot']): Arrival | undefined => {
  const { pinned_message: pinned } = message
  if (pinned === undefined) return undefined
  return {
    event: { ...headOf(message), kind: 'pin', target: targetOf(pinned, bot), pinned: true },
  }
}

/** Of messages that bots are not shown any more Telegram does not say whose they are. */
const targetOf = (
  { message_id: id, from }: Pick<Message, 'message_id' | 'from'>,
  bot: ParseOptions['bot'],
) => ({
  id: String(id),
  ...(from && { byBridge: from.id === bot.id }),
})

export interface ReactionOptions {
  readonly updateId: number
  /** The chat or topic that the message stands in: the update does not name the topic. */
  readonly chat: ChatRef
  /** The ordinary emoji behind a custom one, where it is known. */
  readonly customEmoji: ReadonlyMap<string, string>
  /** The reaction by which an owner deletes a message. */
  readonly deletionReaction: string | undefined
}

/**
 * A reaction. WhatsApp keeps one for each person: of several the newest. Undefined when it is one that cannot be shown as
 * an emoji.
 */
export const parseReaction = (
  update: MessageReactionUpdated,
  { updateId, chat, customEmoji, deletionReaction }: ReactionOptions,
): Arrival | undefined => {
  const { user, message_id: messageId, old_reaction: before, new_reaction: after, date } = update
  const added = after.filter(each => !before.some(known => isSame(known, each)))
  const newest = added.at(-1) ?? after.at(-1)
  const emoji = newest === undefined ? '' : emojiOf(newest, customEmoji)
  if (emoji === undefined) return undefined
  const common = {
    version: 1 as const,
    chat,
    sender: senderOf({ from: user, chat: update.chat }),
    sentAt: date * 1000,
    target: { id: String(messageId) },
  }
  const isDeletion = added.some(each => {
    const shown = emojiOf(each, customEmoji)
    return deletionReaction !== undefined && shown !== undefined && bare(shown) === bare(deletionReaction)
  })
  return isDeletion
    ? { event: { ...common, kind: 'deletion', id: `${messageId}.delete.${updateId}`, by: 'author' } }
    : { event: { ...common, kind: 'reaction', id: `${messageId}.reaction.${updateId}`, emoji } }
}

const isSame = (one: ReactionType, other: ReactionType): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** A paid one is Telegram's star. */
const emojiOf = (reaction: ReactionType, custom: ReadonlyMap<string, string>): string | undefined => {
  if (reaction.type === 'emoji') return reaction.emoji
  return reaction.type === 'paid' ? '⭐' : custom.get(reaction.custom_emoji_id)
}

/** Telegram writes emoji without the mark that asks for a picture (U+FE0F); people may type it. */
const bare = (emoji: string): string => emoji.replaceAll('\ufe0f', '')

interface Pressed {
  readonly messageId: number
  /** Where the message with the button stands. */
  readonly chat: ChatRef
  readonly now: number
}

/** A pressed vote button. */
export const parseVote = (
  query: CallbackQuery,
  { option, ...pressed }: Pressed & { option: number },
): Arrival => ({
  event: { ...pressHead(query, pressed), kind: 'vote', choice: [option], toggle: true },
})

/** The pressed button of an invitation. */
export const parseJoin = (query: CallbackQuery, pressed: Pressed): Arrival => ({
  event: { ...pressHead(query, pressed), kind: 'join' },
})

const pressHead = (query: CallbackQuery, { messageId, chat, now }: Pressed) => ({
  version: 1 as const,
  chat,
  id: `${messageId}.vote.${query.id}`,
  sender: { person: personRef(query.from.id), name: nameOf(query.from), me: true },
  sentAt: now,
  target: { id: String(messageId), byBridge: true },
})
