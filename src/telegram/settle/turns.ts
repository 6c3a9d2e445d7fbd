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
  const { clock } = context
  const place = currentPlace(attempt, context.marks)
  const former = context.marks.former(attempt.mark, place.chatId)
  const until = Math.max(
    ...[place.chatId, ...(former === undefined ? [] : [former])].map(chatId => context.busyUntil(chatId)),
    part.file ? context.atWork.until(attempt.messageId) : 0,
  )
  const isEarly = until > clock.now()
  if (!isEarly) hear(quest)
  const isThere = await inTurn(look, quest).catch(error => {
    if (isEarly && error instanceof DeliveryError && error.neverKnown) return false
    throw error
  })
  if (isThere || !isEarly) return isThere
  await restUntil(until, quest)
  return await inTurn(look, quest)
}

/** Waits until then, in milliseconds since 1970, or for nothing, where a look has taken longer than that. */
export const restUntil = async (time: number, quest: Quester): Promise<void> => {
  const { attempt, context } = quest
  hear(quest)
  const left = time - context.clock.now()
  if (left > 0) await rest(attempt, context.clock.sleep(left, attempt.signal))
}

/**
 * Before the last look ends, with a question a second, it is heard what was written elsewhere, also where the poll that is open is
 * dead: in the space that private chats share it looks empty.
 */
const hear = ({ attempt, context: { marks, caughtUp } }: Quester): void => {
  if (idSpace(currentPlace(attempt, marks).chatId) === 'shared') void caughtUp()
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
