import { DeliveryError } from '../../bridge/verdict.ts'
import { idSpace } from '../address.ts'
import { CallError } from '../call-error.ts'
import { verdictOf } from '../errors.ts'
import { currentPlace } from '../send/context.ts'
import type { Part } from '../send/part.ts'
import { knowPosts } from './posts.ts'
import type { Quest } from './quest.ts'

type Quester = Pick<Quest, 'attempt' | 'context'>

/**
 * Looks for what an attempt left behind, and says whether it is all there. If not, it looks once more when the server
 * cannot be at work on it any more, which for a big file is in minutes: other searches do not wait for that. `part`
 * comes first in what is looked for. What is nobody's is no answer as long as the message may still come.
 */
export const lookInTurn = async (
  look: () => Promise<boolean>,
  part: Part,
  quest: Quester,
): Promise<boolean> => {
  const { attempt, context } = quest
  const { clock, marks, isDeaf } = context
  const place = currentPlace(attempt, marks)
  const former = marks.former(attempt.mark, place.chatId)
  const chats = [place.chatId, ...(former === undefined ? [] : [former])]
  const until = Math.max(
    ...chats.map(chatId => context.busyUntil(chatId)),
    part.file ? context.atWork.until(attempt.messageId) : 0,
  )
  const isEarly = until > clock.now()
  const isThere = await inTurn(look, quest).catch(error => {
    if (isEarly && error instanceof DeliveryError && error.neverKnown) return false
    throw error
  })
  if (isThere) return true
  const tops = (): string => chats.map(chatId => marks.top(chatId)).join()
  const [before, wasDeaf] = [tops(), isDeaf()]
  await Promise.all([restUntil(until, quest), hear(chats, quest)])
  return isEarly || tops() !== before || isDeaf() !== wasDeaf ? await inTurn(look, quest) : false
}

/** Waits until then, in milliseconds since 1970. */
export const restUntil = async (time: number, { attempt, context: { clock } }: Quester): Promise<void> => {
  const left = time - clock.now()
  if (left > 0) await rest(attempt, clock.sleep(left, attempt.signal))
}

/** Milliseconds: more than it takes where polls are answered (`CatchUp.isLate`). */
const longestCatchUp = 6000

/**
 * Waits until it is heard what was written elsewhere up to now, also where the poll that is open is dead: in the space that private
 * chats share it looks empty. The look behind that says so where it is not heard by then.
 */
const hear = async (chats: readonly (number | string)[], { attempt, context }: Quester): Promise<void> => {
  if (!chats.some(chatId => idSpace(chatId) === 'shared') || !context.connected() || context.isDeaf()) return
  const over = new AbortController()
  const isLate = context.clock.sleep(longestCatchUp, AbortSignal.any([attempt.signal, over.signal]))
  await rest(attempt, Promise.race([context.caughtUp(), isLate]))
  over.abort()
}

const rest = <T>(attempt: Quester['attempt'], what: Promise<T>): Promise<T> => attempt.rest?.(what) ?? what

/** One search at a time in an id space: two must not take the same message for theirs. */
const inTurn = async <T>(search: () => Promise<T>, { attempt, context }: Quester): Promise<T> => {
  const place = currentPlace(attempt, context.marks)
  const space = idSpace(place.chatId)
  const before = context.searches.get(space)?.catch(() => undefined)
  const free = before ? rest(attempt, before) : Promise.resolve()
  const turn = free.then(() => knowPosts(place.chatId, { ...context, signal: attempt.signal })).then(search)
  context.searches.set(space, turn)
  try {
    return await turn
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    context.failed(error, place)
    throw verdictOf(error, { sending: false, connected: context.connected() })
  } finally {
    if (context.searches.get(space) === turn) context.searches.delete(space)
  }
}
