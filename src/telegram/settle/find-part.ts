import { wait } from '../../bridge/verdict.ts'
import { type Place, placeRef } from '../address.ts'
import { isTopicless, takeBack } from '../send/astray.ts'
import { currentPlace } from '../send/context.ts'
import type { Part } from '../send/part.ts'
import { isAstray } from './match.ts'
import type { FoundPart, Quest, SettleContext } from './quest.ts'
import { search } from './search.ts'

type TakenBack = 'taken back' | 'album taken back'

/**
 * Looks for a message whose answer was lost (`search.ts`), also in the group that its chat was before.
 *
 * `taken back`: it stood outside its topic, where it may not stay; or the whole album of which it is the first. Throws
 * `CallError` when a question fails, `DeliveryError` when the answers leave it open.
 */
export const findPart = async (part: Part, quest: Quest): Promise<FoundPart | TakenBack | undefined> => {
  const { attempt, context } = quest
  const place = currentPlace(attempt, context.marks)
  const former = context.marks.former(attempt.mark, place.chatId)
  const before = former === undefined ? undefined : await findIn({ chatId: former }, part, quest)
  if (before === undefined) return findIn(place, part, quest)
  if (typeof before === 'string') return before
  // Its id means nothing where the group is now.
  const behind = before.behind?.map(id => -id)
  return { ...before, id: -before.id, ...(behind && { behind }) }
}

/** Which messages are known by their ids in the chat to which an attempt goes, or in the group that it was before. */
export const knownIn = (
  { chatId }: Place,
  { attempt, context: { marks } }: Pick<Quest, 'attempt' | 'context'>,
): ((id: number) => boolean) =>
  marks.current(chatId) === chatId
    ? id => attempt.isKnown(String(id))
    : // Those that a search has found there are known under ids below zero.
      id => attempt.isKnown(String(id), placeRef({ chatId })) || attempt.isKnown(String(-id))

const findIn = async (place: Place, part: Part, quest: Quest): Promise<FoundPart | TakenBack | undefined> => {
  const { attempt, context, step } = quest
  const isFormer = context.marks.current(place.chatId) !== place.chatId
  const probing = { api: context.api, chatId: place.chatId, signal: attempt.signal, isFormer }
  const looked = context.looked.of(attempt.messageId, `${step} ${place.chatId}`)
  const isKnown = knownIn(place, quest)
  const found = await search(part, { ...quest, place, isKnown, probing, looked })
  if (found === undefined) return undefined
  const { id, message, behind = [] } = found
  if (hasTwin(found.part, { place, context })) throw wait(5, 'The same text is on its way from another chat')
  // No bot can read where the items of an album stand: where there are no topics, they stand in none.
  const isOutside = message ? isAstray(message, place) : await isTopicless(place, context, attempt.signal)
  if (isOutside) {
    await takeBack(place.chatId, [id, ...behind], context)
    return message ? 'taken back' : 'album taken back'
  }
  context.marks.raiseByOlder(place.chatId, Math.max(id, ...behind))
  return found
}

/** Whether another lane is just sending the same into the same chat: what was found may be that one. */
const hasTwin = (
  { method, look }: Part,
  { place, context }: { place: Place; context: SettleContext },
): boolean =>
  [...context.inFlight].some(
    other =>
      other.place.chatId === place.chatId &&
      other.parts.some(part => part.method === method && part.look.words.text === look.words.text),
  )
