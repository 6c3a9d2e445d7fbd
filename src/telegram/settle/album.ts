import { DeliveryError, wait } from '../../bridge/verdict.ts'
import { idSpace } from '../address.ts'
import type { Part } from '../send/part.ts'
import { knownBefore } from './before.ts'
import type { FoundPart, Search } from './quest.ts'

/**
 * Whether the messages of the bot that cannot be read (`probe.ts`), and that nobody knows, are the album that is looked for.
 * They are items of albums, and an album comes as a whole: of those that are older than any other one of the chat that is
 * in doubt, as many as it has are its own, in their order. Undefined where the part is in no album, or a backup brought
 * it back. Throws `DeliveryError` where nobody can tell.
 */
export const findAlbum = (ids: readonly number[], part: Part, quest: Search): FoundPart | undefined => {
  const { place, isKnown, context, items } = quest
  const { marks, inFlight } = context
  const unknown = ids.filter(id => !isKnown(id) && !marks.isTaken(place.chatId, id))
  if (unknown.length === 0 || typeof items !== 'number') return undefined
  const isOnItsWay = [...inFlight].some(
    other => other.place.chatId === place.chatId && other.parts.some(({ album }) => album !== undefined),
  )
  if (isOnItsWay) throw wait(5, 'Another album is on its way into that chat')
  const [id, ...behind] = ownOf(unknown, quest)
  if (id !== undefined && behind.length === items - 1) return { id, part, behind }
  const options = { neverKnown: true }
  throw new DeliveryError(
    { kind: 'reject' },
    'There are pictures of which nobody knows whose they are',
    options,
  )
}

/** Those that no other album may have left there; where nothing was known before, one of any time may have. */
const ownOf = (ids: readonly number[], quest: Search): readonly number[] => {
  const { attempt, place, context } = quest
  const { marks } = context
  const begin = knownBefore(quest)
  const [id] = ids
  if (begin === 0 || id === undefined) return []
  const { posts } = marks
  // In a channel it may be one of somebody else that never came.
  if (posts.isChannel(place.chatId) && !posts.isClear(idSpace(place.chatId), { message_id: id, date: 0 }))
    return []
  const others = (attempt.albumsBeside?.() ?? []).filter(
    ({ until }) => (marks.read(until, place.chatId) ?? Number.POSITIVE_INFINITY) >= begin,
  )
  const earliest = Math.min(...others.map(({ since }) => marks.read(since, place.chatId) ?? 0))
  return ids.filter(each => each <= earliest)
}
