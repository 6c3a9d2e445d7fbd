import type { Message } from 'grammy/types'
import type { Delivery } from '../../bridge/network.ts'
import { DeliveryError, reject, retry, wait } from '../../bridge/verdict.ts'
import { idSpace, type Place } from '../address.ts'
import { CallError } from '../call-error.ts'
import { takeBack } from '../send/call.ts'
import { currentPlace, type InFlight, type SendContext } from '../send/context.ts'
import type { Part } from '../send/part.ts'
import { doubtsAbout } from './doubts.ts'
import { findTop } from './find-top.ts'
import type { Looked, LookedFor } from './looked.ts'
import { inTopic, isAstray } from './match.ts'
import { matchPart } from './match-part.ts'
import { knowPosts, type PostsContext } from './posts.ts'
import { giveBack, leave, type ProbeContext, read } from './probe.ts'

/**
 * Looks for a message whose answer was lost.
 *
 * A message of ours has an id above every id that the chat's id space had before the attempt (`Attempt.mark`). So every id
 * from there on is asked for, those known already excepted, until a run of empty ones lies behind the highest id known
 * anywhere in that space. Ids in between are not ours to skip: other people write, and in the space that private chats
 * share, other chats take ids that look empty from here.
 *
 *   nothing there              → go on
 *   somebody else's            → go on
 *   ours, reads as another one → go on (a command's answer, another lane's message)
 *   ours, reads as the part    → it arrived
 *   an answer nobody knows     → go on; what is not found then is not known to be missing, and not sent again
 *   end of the run             → it did not arrive, the bridge sends again
 *   the question fails         → the verdict of that failure; asked again later, where it stopped
 *   too many questions         → the same
 *   far too many behind the    → it is not known to be missing, and not sent again
 *   highest id known
 */
export interface SettleContext extends SendContext, PostsContext {
  /** Until when the server may still be at work on an attempt without files in the chat, in milliseconds since 1970. */
  readonly busyUntil: (chatId: Place['chatId']) => number
  /** The search under way in each id space. */
  readonly searches: Map<string, Promise<unknown>>
  readonly looked: LookedFor
}

export interface Quest {
  readonly attempt: Pick<Delivery, 'chat' | 'messageId' | 'mark' | 'isKnown' | 'givenUp' | 'rest' | 'signal'>
  /** Ids of messages that were sent earlier in the same attempt. */
  readonly after: readonly number[]
  readonly context: SettleContext
  /** Which message of the attempt is looked for. */
  readonly step: number
}

export interface FoundPart {
  readonly message: Message
  /** The part as it went out: itself, or a plainer form of it. */
  readonly part: Part
}

/**
 * Empty ids in a row that end the search. In a chat with a counter of its own, only messages deleted in the meantime are
 * empty: 10 in one go are unlikely. In the shared space messages of other chats look empty too, and those that their
 * updates have not told us of yet can be a burst: 30.
 */
const runEnd = { own: 10, shared: 30 }
/**
 * Empty ids in a row that end it below the highest known one, too: an attempt is near its mark, and whoever says that
 * ids have leapt by millions would have us ask for ever.
 */
const longestGap = 300
/** Questions at a time; the next attempt goes on where this one stopped. */
const mostQuestions = 1000
/**
 * Ids behind the highest known one, at all attempts together: whoever says of every id that somebody else's stands there
 * would have us ask for ever. When word comes of a higher one, the search goes on.
 */
const mostBehind = 5000
/**
 * How far below the first id known the message may stand, where none was before the attempt: all that others write comes as
 * updates, in order, but for what bots do not see.
 */
const guessReach = 30

/**
 * `taken back`: it stood outside its topic, where it may not stay. Throws `CallError` when a question fails,
 * `DeliveryError` when the answers leave it open.
 */
export const findPart = async (part: Part, quest: Quest): Promise<FoundPart | 'taken back' | undefined> => {
  const { attempt, context } = quest
  const place = currentPlace(attempt, context.marks)
  const former = context.marks.former(attempt.mark, place.chatId)
  const before = former === undefined ? undefined : await findIn({ chatId: former }, part, quest)
  if (before === undefined) return findIn(place, part, quest)
  if (before === 'taken back') return before
  // Its id means nothing where the group is now.
  return { ...before, message: { ...before.message, message_id: -before.message.message_id } }
}

const findIn = async (
  place: Place,
  part: Part,
  quest: Quest,
): Promise<FoundPart | 'taken back' | undefined> => {
  const { attempt, context, step } = quest
  const probing = { api: context.api, chatId: place.chatId, signal: attempt.signal }
  const looked = context.looked.of(attempt.messageId, `${step} ${place.chatId}`)
  const found = await search(part, { ...quest, place, probing, looked })
  if (found === undefined) return undefined
  if (hasTwin(found.part, { place, context })) throw wait(5, 'The same text is on its way from another chat')
  if (isAstray(found.message, place)) {
    await takeBack(found.message, context)
    return 'taken back'
  }
  context.marks.raise(place.chatId, found.message.message_id)
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

/** What is just being sent into the chat, and may stand there already. */
const onItsWay = ({ place, context }: Search): InFlight[] =>
  [...context.inFlight].filter(other => other.place.chatId === place.chatId)

interface Search extends Quest {
  readonly place: Place
  readonly probing: ProbeContext
  readonly looked: Looked
}

const search = async (part: Part, quest: Search): Promise<FoundPart | undefined> => {
  const { attempt, place, context, probing, looked } = quest
  const { ruledOut, others } = looked
  const { top } = context.marks
  const run = idSpace(place.chatId) === 'shared' ? runEnd.shared : runEnd.own
  const ruledOutBefore = ruledOut.size
  let empty = 0
  let questions = 0
  let almost: FoundPart | undefined
  let unclear: string | undefined
  let nobodys: string | undefined
  let gap: number | undefined
  // Before a mark, what is empty says nothing.
  const isCounted =
    idSpace(place.chatId) !== 'shared' && context.marks.read(attempt.mark, place.chatId) !== undefined
  const goOn = () => {
    empty = 0
    if (gap !== undefined && isCounted) others.set(gap, [])
  }
  const goesOn = (id: number) => empty < run || (id <= top(place.chatId) && empty < longestGap)
  const begin = await firstId(quest)
  for (let id = begin + 1; goesOn(id); id++) {
    if (attempt.isKnown(String(id)) || context.marks.isTaken(place.chatId, id)) {
      goOn()
      continue
    }
    const isEmpty = ruledOut.get(id)
    if (isEmpty !== undefined) {
      if (isEmpty) {
        empty++
        gap = id
      } else goOn()
      continue
    }
    if (++questions > mostQuestions) {
      // What says nothing is asked about again: where it is the most, the search gets nowhere.
      if (unclear !== undefined && ruledOut.size - ruledOutBefore < mostQuestions / 2)
        throw nothingSaid(unclear)
      throw retry('There are too many messages to look through at once')
    }
    if (id > Math.max(begin, top(place.chatId)) + mostBehind) throw reject('Too many messages stand there')
    context.buttons.asked(place.chatId, id)
    // What arrives while the answer is on its way may have this id.
    const before = top(place.chatId)
    const message = await read(id, probing)
    if (message === 'nothing') {
      empty++
      // Behind the top the message may still turn up there.
      if (id <= before) ruledOut.set(id, true)
      gap = id
      continue
    }
    if (message === 'own' || message instanceof CallError) {
      // It ends the run like an empty one: whatever comes behind it, this is not clear.
      empty++
      unclear ??= message === 'own' ? 'a message that cannot be read' : message.message
      continue
    }
    goOn()
    if (message === 'foreign') {
      ruledOut.set(id, false)
      continue
    }
    if (inTopic(message, place)) others.set(id, onItsWay(quest))
    const match = matchPart(message, part, place)
    const doubts = () => match && doubtsAbout(message, match.part, quest)
    const isIt = () => match?.exact === true && doubts() === undefined && !attempt.isKnown(String(id))
    const buttons = () => (isIt() ? match?.part.markup : context.buttons.of(place.chatId, id))
    const left = buttons()
    await leave(id, left, probing)
    // They may have become known only now.
    const late = buttons()
    if (late && late !== left) await giveBack(id, late, probing)
    // In a channel it may be a post of this moment: word of that comes as an update.
    if (match !== undefined) await knowPosts(place.chatId, { ...context, signal: attempt.signal })
    if (match === undefined || context.marks.isTaken(place.chatId, id)) ruledOut.set(id, false)
    else if (doubts() !== undefined) nobodys ??= doubts()
    else if (isIt()) return { message, part: match.part }
    else almost ??= { message, part: match.part }
  }
  if (almost && !attempt.isKnown(String(almost.message.message_id))) {
    if (almost.part.markup) await giveBack(almost.message.message_id, almost.part.markup, probing)
    return almost
  }
  if (nobodys !== undefined) {
    // From here on it stays that.
    const options = { neverKnown: unclear === undefined }
    throw new DeliveryError({ kind: 'reject' }, nobodys, options)
  }
  if (unclear !== undefined) throw nothingSaid(unclear)
  return undefined
}

const nothingSaid = (words: string): DeliveryError => reject(`Telegram's answer says nothing (${words})`)

/**
 * The id behind which the search begins: the mark, or the last part sent where there is none. Or where nothing was
 * known then, a little before what was heard of first, however much has been written since; or where still nothing is,
 * before what is found at the first look.
 */
const firstId = async ({ attempt, after, place, context, probing }: Search): Promise<number> => {
  const top = context.marks.top(place.chatId)
  // One above the top was sent before the group became a supergroup, and counted elsewhere.
  const last = Math.max(0, ...after.filter(id => id <= top))
  const known = context.marks.read(attempt.mark, place.chatId) ?? last
  if (known > 0) return known
  if (context.marks.first(place.chatId) === 0) context.marks.guess(place.chatId, await findTop(probing))
  return Math.max(0, context.marks.first(place.chatId) - guessReach)
}
