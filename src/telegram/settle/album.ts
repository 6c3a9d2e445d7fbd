import { DeliveryError, wait } from '../../bridge/verdict.ts'
import { idSpace } from '../address.ts'
import type { Part } from '../send/part.ts'
import type { FoundPart, Search } from './quest.ts'

/**
 * Whether the messages of the bot that cannot be read (`probe.ts`), and that nobody knows, are the album that is looked for.
 * They are items of albums, and an album comes as a whole: where no other one of the chat is in doubt, as many as it has
 * are its own, in their order. Undefined where the part is in no album, or a
 * backup brought it back. Throws `DeliveryError` where nobody can tell.
 */
export const findAlbum = (ids: readonly number[], part: Part, quest: Search): FoundPart | undefined => {
  const { attempt, place, context, items } = quest
  const { marks, inFlight } = context
  const unknown = ids.filter(id => !attempt.isKnown(String(id)) && !marks.isTaken(place.chatId, id))
  const [id, ...behind] = unknown
  if (id === undefined || typeof items !== 'number') return undefined
  const isOnItsWay = [...inFlight].some(
    other => other.place.chatId === place.chatId && other.parts.some(({ album }) => album !== undefined),
  )
  if (isOnItsWay) throw wait(5, 'Another album is on its way into that chat')
  if (unknown.length === items && isAlone(id, quest)) return { id, part, behind }
  const options = { neverKnown: true }
  throw new DeliveryError(
    { kind: 'reject' },
    'There are pictures of which nobody knows whose they are',
    options,
  )
}

/** Whether no other album may have left items there, from the mark on; without a mark one of any time may have. */
const isAlone = (id: number, { attempt, place, context: { marks } }: Search): boolean => {
  const begin = marks.read(attempt.mark, place.chatId)
  if (begin === undefined) return false
  const { posts } = marks
  // In a channel it may be one of somebody else that never came.
  if (posts.isChannel(place.chatId) && !posts.isClear(idSpace(place.chatId), { message_id: id, date: 0 }))
    return false
  return (attempt.albumsBeside?.() ?? []).every(
    ({ mark }) => (marks.read(mark, place.chatId) ?? Number.POSITIVE_INFINITY) < begin,
  )
}
