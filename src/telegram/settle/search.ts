import type { Message } from 'grammy/types'
import { DeliveryError, reject, retry } from '../../bridge/verdict.ts'
import { isShared } from '../address.ts'
import { CallError } from '../call-error.ts'
import type { InFlight } from '../send/context.ts'
import type { Part } from '../send/part.ts'
import { findAlbum } from './album.ts'
import { firstId } from './before.ts'
import { doubtsAbout, isAnothers } from './doubts.ts'
import { inTopic } from './match.ts'
import { matchPart } from './match-part.ts'
import { knowPosts } from './posts.ts'
import { type Found, giveBack, leave, read } from './probe.ts'
import type { FoundPart, Search } from './quest.ts'

/**
 * Empty ids in a row that end the search, and one more for each id that nobody knows among the last ones before it. Deleted
 * messages are empty, and those that bots do not see: of other bots, and without rights of everybody (tdlib/td issue 289).
 * In the shared space messages of other chats look empty, too, and those that their updates have not told us of yet can be
 * a burst.
 */
const runEnd = 30
/**
 * Empty ids in a row that end it in any case: an attempt is near its mark, and whoever says that ids have leapt by millions
 * would have us ask for ever.
 */
const longestGap = 330
/** Questions at a time; the next attempt goes on where this one stopped. */
const mostQuestions = 1000
/**
 * Ids behind the highest known one, at all attempts together: whoever says of every id that somebody else's stands there
 * would have us ask for ever. When word comes of a higher one, the search goes on.
 */
const mostBehind = 5000

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
 *   ours, fits another in doubt → go on, where it does not fit the part as well (`doubts.ts`)
 *   ours, reads as the part    → it arrived
 *   ours, cannot be read       → go on: an item of an album (`album.ts`)
 *   an answer nobody knows     → go on; what is not found then is not known to be missing, and not sent again
 *   it may be another's        → the same (`doubts.ts`)
 *   end of the run             → it did not arrive, the bridge sends again
 *   the question fails         → the verdict of that failure; asked again later, where it stopped
 *   too many questions         → the same
 *   far too many behind the    → it is not known to be missing, and not sent again
 *   highest id known
 */
export const search = async (part: Part, quest: Search): Promise<FoundPart | undefined> => {
  const run = beginAt(await firstId(quest), quest)
  for (let id = run.begin + 1; goesOn(id, run, quest); id++) {
    const seen = knownOf(id, quest) ?? (await ask(id, run, quest))
    count(id, seen, run, quest)
    if (seen === 'own') run.items.push(id)
    const found = isOwn(seen) ? await compare(seen, part, run, quest) : undefined
    if (found && typeof quest.items !== 'number') return found
    run.single ??= found
  }
  // Too few for an album, even one of which an item stands beside it.
  if (run.single && run.items.length < Number(quest.items) - 1) return run.single
  return findAlbum(run.items, part, quest) ?? run.single ?? (await conclude(run, quest))
}

/** What one search has come upon. */
interface Run {
  /** The id behind which it began. */
  readonly begin: number
  /** Empty ids in a row that end it. */
  readonly end: number
  readonly ruledOutBefore: number
  questions: number
  /** Empty ids in a row, and the last one of all. */
  empty: number
  gap?: number
  /** Those that cannot be read. */
  readonly items: number[]
  /**
   * The first of an album's that fits and can be read: they went one by one, where none of the others is there. One of them
   * may stand beside the album by Telegram's mistake (tdlib/td issue 2328), and which one it is nobody knows.
   */
  single?: FoundPart | undefined
  /** The first one that fits loosely. */
  almost?: FoundPart
  /** An answer that says nothing. */
  unclear?: string
  /** Why one that reads as the part is taken for nobody's. */
  nobodys?: string | undefined
}

const beginAt = (begin: number, quest: Search): Run => ({
  begin,
  end: runEnd + unknownBefore(begin, quest),
  ruledOutBefore: quest.looked.ruledOut.size,
  questions: 0,
  empty: 0,
  items: [],
})

/**
 * Of the ids before this one: as much as was not seen there, may not be seen behind it. Private chats hide nothing of their own,
 * but others may have taken ids unheard.
 */
const unknownBefore = (begin: number, { isKnown, place, context: { marks } }: Search): number => {
  const most = longestGap - runEnd
  if (marks.isUnheard(place.chatId)) return most
  if (Number(place.chatId) > 0) return 0
  const first = Math.max(1, begin - most + 1)
  const ids = Array.from({ length: Math.max(0, begin - first + 1) }, (_, index) => first + index)
  return ids.filter(id => !isKnown(id) && !marks.isTaken(place.chatId, id)).length
}

const goesOn = (id: number, { empty, end }: Run, { place, context }: Search): boolean =>
  empty < (id <= context.marks.top(place.chatId) ? longestGap : end)

/** What need not be asked: whose messages are known, and what was looked at before. */
const knownOf = (id: number, { isKnown, place, context, looked }: Search) => {
  if (isKnown(id) || context.marks.isTaken(place.chatId, id)) return 'foreign'
  const isEmpty = looked.ruledOut.get(id)
  return isEmpty === undefined ? undefined : isEmpty ? 'nothing' : 'foreign'
}

const ask = async (id: number, run: Run, { place, context, probing, looked }: Search): Promise<Found> => {
  const { top } = context.marks
  const { ruledOut } = looked
  run.questions += 1
  if (run.questions > mostQuestions) {
    // What says nothing is asked about again: where it is the most, the search gets nowhere.
    if (run.unclear !== undefined && ruledOut.size - run.ruledOutBefore < mostQuestions / 2)
      throw nothingSaid(run.unclear)
    throw retry('There are too many messages to look through at once')
  }
  if (id > Math.max(run.begin, top(place.chatId)) + mostBehind) throw reject('Too many messages stand there')
  context.buttons.asked(place.chatId, id)
  // What arrives while the answer is on its way may have this id.
  const before = top(place.chatId)
  const seen = await read(id, probing)
  // Behind the top the message may still turn up there.
  if (seen === 'foreign' || (seen === 'nothing' && id <= before)) ruledOut.set(id, seen === 'nothing')
  return seen
}

const count = (id: number, seen: Found, run: Run, { attempt, place, context, looked }: Search): void => {
  if (seen === 'nothing') {
    run.empty += 1
    run.gap = id
  } else if (seen instanceof CallError) {
    // It ends the run like an empty one: whatever comes behind it, this is not clear.
    run.empty += 1
    run.unclear ??= seen.message
  } else {
    run.empty = 0
    if (seen === 'own') looked.others.set(id, onItsWay({ place, context }))
    // Before a mark, what is empty says nothing.
    const isCounted = !isShared(place.chatId) && context.marks.read(attempt.mark, place.chatId) !== undefined
    if (run.gap !== undefined && isCounted) looked.others.set(run.gap, [])
  }
}

const isOwn = (seen: Found): seen is Message => typeof seen === 'object' && !(seen instanceof CallError)

/** Whether a message of the bot is it. What the question did to its buttons is undone. */
const compare = async (
  message: Message,
  part: Part,
  run: Run,
  quest: Search,
): Promise<FoundPart | undefined> => {
  const { attempt, place, isKnown, context, probing, looked, items } = quest
  const id = message.message_id
  if (inTopic(message, place)) looked.others.set(id, onItsWay(quest))
  // One that can be read is no item of an album; one that looks like it may be any other since the backup.
  const match = items === 'restored' ? undefined : matchPart(message, part, place)
  const doubts = () => match && doubtsAbout(message, match.part, quest)
  const isIt = () => match?.exact === true && doubts() === undefined && !isKnown(id)
  const buttons = () => (isIt() ? match?.part.markup : context.buttons.of(place.chatId, id))
  const left = buttons()
  await leave(id, left, probing)
  // They may have become known only now.
  const late = buttons()
  if (late && late !== left) await giveBack(id, late, probing)
  // In a channel it may be a post of this moment: word of that comes as an update.
  if (match !== undefined) await knowPosts(place.chatId, { ...context, signal: attempt.signal })
  if (match === undefined || context.marks.isTaken(place.chatId, id)) looked.ruledOut.set(id, false)
  else if (doubts() !== undefined) run.nobodys ??= doubts()
  else if (isIt()) return { id, message, part: match.part }
  else if (!isAnothers(message, quest)) run.almost ??= { id, message, part: match.part }
  return undefined
}

/** What it means that none was it for certain. */
const conclude = async (
  { almost, unclear, nobodys }: Run,
  { isKnown, probing }: Search,
): Promise<FoundPart | undefined> => {
  if (almost && !isKnown(almost.id)) {
    if (almost.part.markup) await giveBack(almost.id, almost.part.markup, probing)
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

/** What is just being sent into the chat, and may stand there already. */
const onItsWay = ({ place, context }: Pick<Search, 'place' | 'context'>): InFlight[] =>
  [...context.inFlight].filter(other => other.place.chatId === place.chatId)
