import { findTop } from './find-top.ts'
import type { Search } from './quest.ts'

/**
 * How far below the first id known the message may stand, where none was before the attempt: all that others write comes as
 * updates, in order, but for what bots do not see.
 */
const guessReach = 30

/** The highest id of the chat that was known before the message can have got one: the mark, or the last part sent. 0: none was. */
export const knownBefore = (quest: Search): number => {
  const { attempt, after, place, context } = quest
  const { marks } = context
  // What was sent before the group became a supergroup was counted elsewhere.
  const own = marks.wasGroup(place.chatId) ? [] : after.filter(id => id <= marks.top(place.chatId))
  return marks.read(attempt.mark, place.chatId) ?? Math.max(0, ...own)
}

/**
 * The id behind which the search begins: the mark, or the last part sent where there is none. Or where nothing was
 * known then, a little before what was heard of first, however much has been written since; or where still nothing is,
 * before what is found at the first look. What a backup brought back stands anywhere in a supergroup that came into being since.
 */
export const firstId = async (quest: Search): Promise<number> => {
  const { attempt, place, context, probing } = quest
  const known = knownBefore(quest)
  if (known > 0 || (attempt.restored && context.marks.wasGroup(place.chatId))) return known
  if (context.marks.first(place.chatId) === 0) context.marks.guess(place.chatId, await findTop(probing))
  return Math.max(0, context.marks.first(place.chatId) - guessReach)
}
