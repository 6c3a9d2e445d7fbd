import { DeliveryError, wait } from '../../bridge/verdict.ts'
import { idSpace, isShared } from '../address.ts'
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
  const { clock, marks } = context
  const place = currentPlace(attempt, marks)
  const former = marks.former(attempt.mark, place.chatId)
  const chats = [place.chatId, ...(former === undefined ? [] : [former])]
  const until = Math.max(
    ...chats.map(chatId => context.busyUntil(chatId)),
    part.file ? context.atWork.until(attempt.messageId) : 0,
  )
  const isEarly = until > clock.now()
  const tops = (): string => chats.map(chatId => marks.top(chatId)).join()
  const before = tops()
  const isThere = await inTurn(look, quest).catch(error => {
    if (isEarly && error instanceof DeliveryError && error.neverKnown) return false
    throw error
  })
  if (isThere) return true
  await restUntil(until, quest)
  await hear(until, chats, quest)
  return isEarly || tops() !== before ? await inTurn(look, quest) : false
}

/** Waits until then, in milliseconds since 1970. */
export const restUntil = async (time: number, { attempt, context: { clock } }: Quester): Promise<void> => {
  const left = time - clock.now()
  if (left > 0) await rest(attempt, clock.sleep(left, attempt.signal))
}

/** Milliseconds for which a poll is waited for. One that is answered later counts at the next look. */
const longestCatchUp = 10_000
/** Seconds until it is looked once more whether the message is there, while nothing is heard of what others write. */
const deafPause = 30

/**
 * Waits until it is heard what was written elsewhere up to that time, also where the poll that is open is dead: in the space that
 * private chats share it looks empty, and a message among it missing. Throws `DeliveryError` where it is not heard; but for a gap in
 * what is heard, behind which the look goes further.
 */
const hear = async (
  time: number,
  chats: readonly (number | string)[],
  { attempt, context }: Quester,
): Promise<void> => {
  const { marks, clock } = context
  const isHeard = (): boolean => context.heardUpTo() >= time
  if (!chats.some(chatId => isShared(chatId) && !marks.isUnheard(chatId)) || isHeard()) return
  if (!context.isDeaf()) {
    // Nothing is sent then on what the look has said.
    if (!context.connected()) return
    const over = new AbortController()
    const isLate = clock.sleep(longestCatchUp, AbortSignal.any([attempt.signal, over.signal]))
    await rest(attempt, Promise.race([context.caughtUp(), isLate]))
    over.abort()
  }
  if (!isHeard()) throw wait(deafPause, 'Telegram does not say at present what was written elsewhere')
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
