import type { Message } from 'grammy/types'
import type { Delivery } from '../../bridge/network.ts'
import { idSpace, type Place } from '../address.ts'
import type { Marks } from '../marks.ts'
import { partsBeside } from '../send/kept-parts.ts'
import type { Part } from '../send/part.ts'
import { matchPart } from './match-part.ts'

interface Doubting {
  readonly attempt: Pick<Delivery, 'mark' | 'beside'>
  readonly place: Place
  readonly context: { readonly marks: Marks }
}

/** Why nobody knows whether a message is the one that is looked for, though it reads as this part; undefined where it is. */
export const doubtsAbout = (message: Message, part: Part, doubting: Doubting): string | undefined => {
  // The answer to an edit does not say what the message stands under (telegram-bot-api `TdOnEditMessageCallback`).
  if (part.look.form) return 'Nobody knows what the line that is there stands under'
  if (isAnybodys(message, doubting)) return 'Nobody knows who posted what is there'
  if (mayBeEarlier(message, doubting)) return 'What is there may be an earlier one that says the same'
  return undefined
}

/** A post in a channel that the bot may edit, but that somebody else may have made whose update has never come. */
const isAnybodys = (post: Message, { place, context: { marks } }: Doubting): boolean =>
  marks.posts.isChannel(place.chatId) === true && !marks.posts.isClear(idSpace(place.chatId), post)

/**
 * Left behind by another message that may have arrived, and reads the same. What is looked for from a later mark than was
 * known when that was given up stands behind all that is of it.
 */
const mayBeEarlier = (message: Message, { attempt, place, context }: Doubting): boolean => {
  const read = (mark: string | undefined) => context.marks.read(mark, place.chatId) ?? 0
  return (attempt.beside?.() ?? []).some(
    ({ mark, rendered, inDoubt }) =>
      !inDoubt &&
      (mark === undefined || read(attempt.mark) <= read(mark)) &&
      partsBeside(rendered).some(part => matchPart(message, part, place) !== undefined),
  )
}

/**
 * Whether it is another message in doubt of that chat, to which all of it fits: of what says nothing, as stickers, the size alone
 * tells one from the other.
 */
export const isAnothers = (message: Message, { attempt, place }: Omit<Doubting, 'context'>): boolean =>
  (attempt.beside?.() ?? []).some(
    ({ rendered, inDoubt }) =>
      inDoubt && partsBeside(rendered).some(part => matchPart(message, part, place)?.exact),
  )
