import type { Update } from 'grammy/types'
import type { Inbox } from '../../bridge/network.ts'
import { StoreError } from '../../bridge/store-error.ts'
import { idSpace, readPlace } from '../address.ts'
import type { BotUser } from '../api.ts'
import type { Marks } from '../marks.ts'
import { nameCustomEmoji } from './custom-emoji.ts'
import { inFormer } from './former.ts'
import type { LongPollOptions } from './long-poll.ts'
import { type MissedMovesOptions, makeMissedMoves } from './missed-moves.ts'
import { refuse } from './refuse.ts'
import { type SortContext, sortUpdates } from './sort.ts'
import type { Sorted } from './sorted.ts'
import type { Versions } from './versions.ts'

export interface TakeOptions
  extends Omit<SortContext, 'bot' | 'customEmoji' | 'version' | 'mayCome' | 'now'>,
    Pick<LongPollOptions, 'api' | 'signal'>,
    Pick<MissedMovesOptions, 'mapped'> {
  readonly inbox: Inbox
  readonly marks: Marks
  readonly versions: Versions
  readonly now: () => number
  /** A group became a supergroup. Called in the transaction that takes the news. */
  readonly move: (from: number, to: number) => void
  /** Says what is no delivery. */
  readonly answer: (sorted: Sorted) => void
}

/** So many messages may have been heard of that came behind one which still waits at Telegram. */
const mostBefore = 100

/**
 * Takes batches of updates in, for `runLongPoll`. Of a batch that cannot be stored, and not for the sake of the disk,
 * each update is tried by itself, and one that is at fault is left out: all that comes behind it would never come.
 * Under a message of an owner stands then that it was not sent; what is no message (an edit, a reaction, a button)
 * leaves a line in the log.
 */
export const makeTake = (options: TakeOptions): LongPollOptions['take'] => {
  const { inbox, marks, versions, owners, logger } = options
  const findMissedMoves = makeMissedMoves(options)
  const goesBack = (chatId: number): boolean =>
    options.mapped().some(each => !each.toTelegramOnly && readPlace(each.telegram)?.chatId === chatId)

  const mayCome: SortContext['mayCome'] = (chatId, messageId) =>
    messageId > marks.top(chatId) - mostBefore && !marks.isTaken(chatId, messageId)

  const commit = (updates: readonly Update[], context: SortContext, confirm: () => void): Sorted => {
    const sorted = sortUpdates(
      updates.map(update => inFormer(update, marks)),
      context,
    )
    inbox.receive(sorted.arrivals, () => {
      confirm()
      for (const { chatId, messageId, isEdited } of sorted.seen) {
        if (isEdited) marks.raiseByOlder(chatId, messageId)
        marks.take(chatId, messageId)
      }
      for (const { chatId, messageId } of sorted.posts) marks.takePost(chatId, messageId)
      for (const { chatId, at } of sorted.admitted) marks.posts.admitted(idSpace(chatId), at)
      for (const { chatId, messageId, version } of sorted.versions) versions.set(chatId, messageId, version)
      for (const { from, to } of sorted.moves) options.move(from, to)
      for (const news of sorted.shutOut) inbox.shutOut(news)
      for (const { chatId, standing } of sorted.hearings) if (goesBack(chatId)) inbox.standing(standing)
      for (const stranger of sorted.overheard) inbox.overheard(stranger)
    })
    return sorted
  }

  /** What follows of what is on disk, and need not be. */
  const follow = (sorted: Sorted): void => {
    for (const chat of sorted.chats) {
      try {
        inbox.learn(chat)
      } catch (error) {
        // It comes with the next message there; whoever waits for an answer hears nothing else.
        logger.warn({ err: error }, 'What a Telegram chat is called could not be stored')
      }
    }
    options.answer(sorted)
  }

  const leaveOut = ({ message }: Update, confirm: () => void): void => {
    const isOwners = message?.from !== undefined && owners.includes(message.from.id) && !message.sender_chat
    inbox.receive(isOwners ? [refuse(message, 'Message that could not be read')] : [], confirm)
  }

  /** Does the first of these that the store takes; the last one must not fail but for the disk. */
  const doFirst = ([way, ...rest]: readonly (() => void)[]): void => {
    try {
      way?.()
    } catch (error) {
      if (error instanceof StoreError || rest.length === 0) throw error
      logger.error({ err: error }, 'What came from Telegram could not be stored as it is')
      doFirst(rest)
    }
  }

  return async (updates, bot: BotUser, confirm) => {
    await findMissedMoves(updates)
    const customEmoji = await nameCustomEmoji(updates, options)
    const context = { ...options, bot, customEmoji, version: versions.get, mayCome, now: options.now() }
    for (const piece of piecesOf(updates)) {
      const committed: Sorted[] = []
      const take = (some: readonly Update[]): void => {
        committed.push(commit(some, context, () => some.slice(-1).forEach(confirm)))
      }
      const takeEach = (): void => {
        for (const update of piece) {
          const done = (): void => confirm(update)
          doFirst([() => take([update]), () => leaveOut(inFormer(update, marks), done), done])
        }
      }
      doFirst([() => take(piece), takeEach])
      committed.forEach(follow)
    }
  }
}

/**
 * A batch in pieces that end where a group became a supergroup: what was written before stands under ids of the group,
 * and what comes behind finds its mapping only when that has moved along.
 */
const piecesOf = (updates: readonly Update[]): readonly (readonly Update[])[] => {
  const ends = updates.flatMap(({ message }, index) =>
    (message?.migrate_to_chat_id ?? message?.migrate_from_chat_id) === undefined ? [] : [index + 1],
  )
  return [...ends, updates.length]
    .map((end, index, all) => updates.slice(all[index - 1] ?? 0, end))
    .filter(piece => piece.length > 0)
}
