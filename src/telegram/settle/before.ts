import type { Search } from './quest.ts'

/** The highest id of the chat that was known before the message can have got one: the mark, or the last part sent. 0: none was. */
export const knownBefore = ({ attempt, after, place, context: { marks } }: Search): number => {
  const top = marks.top(place.chatId)
  // One above the top was sent before the group became a supergroup, and counted elsewhere.
  const last = Math.max(0, ...after.filter(id => id <= top))
  return marks.read(attempt.mark, place.chatId) ?? last
}
